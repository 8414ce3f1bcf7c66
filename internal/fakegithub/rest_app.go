package fakegithub

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (g *GitHub) getApp(*request) answer {
	out := g.appJSON(g.own())
	out["installations_count"] = len(g.installations)
	// An App's own view shows what it has asked for; the fake knows what it was granted anywhere.
	granted := map[string]string{"metadata": "read"}
	for _, i := range g.installations {
		for permission, level := range i.permissions {
			if levels[level] > levels[granted[permission]] {
				granted[permission] = level
			}
		}
	}
	out["permissions"] = granted
	out["events"] = g.events(&installation{permissions: granted})
	if g.App.Permissions != nil {
		out["permissions"], out["events"] = g.App.Permissions, g.App.Events
	}
	return ok(out)
}

func (g *GitHub) installationByID(id int64) *installation {
	for _, i := range g.installations {
		if i.id == id {
			return i
		}
	}
	return nil
}

func (g *GitHub) listInstallations(q *request) answer {
	return ok(page(q, g.installations, func(i *installation) any { return g.installationJSON(i) }))
}

func (g *GitHub) getInstallation(q *request) answer {
	if i := g.installationByID(q.number("installation_id")); i != nil {
		return ok(g.installationJSON(i))
	}
	return notFound()
}

func (g *GitHub) accountInstallation(q *request) answer {
	login := q.params["org"] + q.params["username"]
	for _, i := range g.installations {
		if strings.EqualFold(i.account.login, login) {
			return ok(g.installationJSON(i))
		}
	}
	return notFound()
}

func (g *GitHub) repoInstallation(q *request) answer {
	for _, i := range g.installations {
		if i.covers(q.repo) {
			return ok(g.installationJSON(i))
		}
	}
	return notFound()
}

func (g *GitHub) listInstallationRepos(q *request) answer {
	t := q.who.token
	if t.installation == nil {
		return fail(http.StatusForbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
	}
	repos := slices.DeleteFunc(g.covered(t.installation), func(r *repository) bool { return !t.covers(r) })
	selection := t.installation.selection()
	if t.repos != nil {
		selection = "selected"
	}
	return ok(obj{
		"total_count": len(repos), "repository_selection": selection,
		"repositories": page(q, repos, func(r *repository) any { return g.repositoryJSON(r) }),
	})
}

// keepsDeliveries is how long a delivery is shown and can be made again.
// docs.github.com, "Redelivering webhooks".
const keepsDeliveries = 3 * 24 * time.Hour

func (g *GitHub) keeps(d *delivery) bool {
	return d.Sent && g.now().Sub(d.SentAt) < keepsDeliveries
}

// listDeliveries pages by cursor, newest first; status is success or failure.
func (g *GitHub) listDeliveries(q *request) answer {
	var list []*delivery
	below := int64(1) << 62
	if cursor := q.query.Get("cursor"); cursor != "" {
		n, err := strconv.ParseInt(strings.TrimPrefix(cursor, "v1_"), 10, 64)
		if err != nil {
			return fail(http.StatusBadRequest, "Invalid cursor")
		}
		below = n
	}
	for _, d := range slices.Backward(g.deliveries) {
		status := q.query.Get("status")
		if g.OldDeliveries {
			status = ""
		}
		if g.keeps(d) && d.ID < below && (status == "" || (status == "success") == d.OK()) {
			list = append(list, d)
		}
	}
	per := min(positive(q.query.Get("per_page"), 30), 100)
	if len(list) > per {
		list = list[:per]
		query := maps.Clone(q.query)
		query.Set("cursor", fmt.Sprintf("v1_%d", list[per-1].ID))
		q.header.Set("Link", fmt.Sprintf(`<http://%s%s?%s>; rel="next"`, q.http.Host, q.http.URL.Path, query.Encode()))
	}
	out := []any{}
	for _, d := range list {
		out = append(out, g.deliveryJSON(d))
	}
	return ok(out)
}

func (g *GitHub) deliveryJSON(d *delivery) obj {
	status := "OK"
	if !d.OK() {
		status = cmp.Or(http.StatusText(d.StatusCode), "failed to connect to host")
	}
	return obj{
		"id": d.ID, "guid": d.GUID, "delivered_at": stamp(d.SentAt), "redelivery": d.Redelivery, "duration": d.Duration.Seconds(),
		"status": status, "status_code": d.StatusCode, "event": d.Event, "action": orNil(d.Action),
		"installation_id": orNil(d.InstallationID), "repository_id": orNil(d.RepositoryID), "throttled_at": nil,
	}
}

func (g *GitHub) deliveryByID(id int64) *delivery {
	for _, d := range g.deliveries {
		if d.ID == id && g.keeps(d) {
			return d
		}
	}
	return nil
}

func (g *GitHub) getDelivery(q *request) answer {
	d := g.deliveryByID(q.number("delivery_id"))
	if d == nil {
		return notFound()
	}
	flat := func(h http.Header) obj {
		out := obj{}
		for name, values := range h {
			out[name] = strings.Join(values, ", ")
		}
		return out
	}
	out := g.deliveryJSON(d)
	out["url"] = g.Hook.URL
	out["request"] = obj{"headers": flat(d.header), "payload": json.RawMessage(d.Payload)}
	out["response"] = obj{"headers": flat(d.answered), "payload": d.response}
	return ok(out)
}

func (g *GitHub) attemptDelivery(q *request) answer {
	d := g.deliveryByID(q.number("delivery_id"))
	if d == nil {
		return notFound()
	}
	g.redeliver(d)
	return accepted()
}
