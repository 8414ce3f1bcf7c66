package page

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// audit shows the audit log with filters, the newest entries first.
func (s *Site) audit(v visit) error {
	query := v.r.URL.Query()
	given := func(name string) string { return bylaw.PlainText(query.Get(name)) }
	ask := store.AuditPage{Repository: v.repository.Name, Since: v.since, Before: markOf(query.Get("before")), Limit: perPage + 1}
	page := struct {
		Home, Older, Newest    string
		Kind, Number, From, To string
		Faults                 []string
		Kinds                  []kindWord
		List                   []auditRow
	}{Home: home(v.repository), Kind: given("kind"), Number: given("number"), From: given("from"), To: given("to"), Kinds: slices.Clone(kinds)}
	switch {
	case page.Kind == bypasses:
		ask.Kinds = audit.Findings
	case page.Kind != "":
		ask.Kinds = []string{page.Kind}
	}
	if page.Kind != "" && page.Kind != bypasses && !slices.ContainsFunc(kinds, func(k kindWord) bool { return k.Kind == page.Kind }) {
		page.Kinds = append(page.Kinds, kindWord{page.Kind, wordOf(page.Kind).Words})
	}
	if page.Number != "" {
		var err error
		if ask.Number, err = strconv.Atoi(strings.TrimPrefix(page.Number, "#")); err != nil || ask.Number < 1 {
			page.Faults, ask.Number = append(page.Faults, "The number of a pull request is a number such as 7."), 0
		}
	}
	date := func(name, text string) (time.Time, bool) {
		if text == "" {
			return time.Time{}, false
		}
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			page.Faults = append(page.Faults, fmt.Sprintf("%s is a date such as 2026-01-31.", name))
		}
		return t, err == nil
	}
	if from, ok := date("From", page.From); ok && from.After(ask.Since) {
		ask.Since = from
	}
	if to, ok := date("To", page.To); ok {
		ask.Until = to.AddDate(0, 0, 1) // the whole day
	}
	list, err := s.Store.AuditPage(v.r.Context(), ask)
	if err != nil {
		return err
	}
	again := url.Values{}
	for name, value := range map[string]string{"kind": page.Kind, "number": page.Number, "from": page.From, "to": page.To} {
		if value != "" {
			again.Set(name, value)
		}
	}
	if query.Get("before") != "" {
		page.Newest = page.Home + "/audit?" + again.Encode()
	}
	if len(list) > perPage {
		list = list[:perPage]
		last := list[perPage-1]
		again.Set("before", markText(store.Mark{At: last.At, ID: strconv.FormatInt(last.Seq, 10)}))
		page.Older = page.Home + "/audit?" + again.Encode()
	}
	for _, e := range list {
		page.List = append(page.List, auditRowOf(v.repository, e, v.since))
	}
	return s.show(v, http.StatusOK, "audit.html", "Audit log of "+v.repository.Name, append(s.trail(v), crumb{"Audit log", ""}), page)
}

// queue shows operators what is not done.
func (s *Site) queue(v visit) error {
	if !v.viewer.Operator {
		return errNotFound
	}
	const most = 300
	rows, err := s.Store.Queue(v.r.Context(), most+1)
	if err != nil {
		return err
	}
	page := struct {
		Rows   []queueRow
		Counts []countRow
		More   bool
	}{More: len(rows) > most}
	counts := map[string]int{}
	for _, row := range rows[:min(len(rows), most)] {
		counts[row.State]++
		page.Rows = append(page.Rows, queueRow{row, queueMoods[row.State]})
	}
	for _, state := range []string{store.Failed, store.Retry, store.Running, store.Waiting} {
		if counts[state] > 0 {
			page.Counts = append(page.Counts, countRow{queueMoods[state], counts[state]})
		}
	}
	return s.show(v, http.StatusOK, "queue.html", "Queue", []crumb{{"Queue", ""}}, page)
}

type queueRow struct {
	store.QueueRow
	Mood mood
}

var queueMoods = map[string]mood{
	store.Failed: {"Failed", "stop"}, store.Retry: {"Will be tried again", "act"}, store.Running: {"Running", "good"}, store.Waiting: {"Waiting", "quiet"},
}

// front lists the repositories that the viewer may see. GitHub is not asked: every page asks for itself.
func (s *Site) front(v visit) error {
	page := struct {
		Names  []crumb
		Next   string
		Public bool
	}{Public: s.Public}
	after := v.r.URL.Query().Get("after")
	for len(page.Names) <= perPage {
		const some = 500
		list, err := s.Store.ConfiguredAfter(v.r.Context(), after, some)
		if err != nil {
			return err
		}
		for _, r := range list {
			after = r.Name
			if v.viewer.could(r.Name) || !r.PublicSince.IsZero() && (s.Public || v.viewer.SignedIn()) {
				if page.Names = append(page.Names, crumb{r.Name, home(r)}); len(page.Names) > perPage {
					break
				}
			}
		}
		if len(list) < some {
			break
		}
	}
	if len(page.Names) > perPage {
		page.Names = page.Names[:perPage]
		page.Next = "/?" + url.Values{"after": {page.Names[perPage-1].Name}}.Encode()
	}
	return s.show(v, http.StatusOK, "front.html", "Bylaw", nil, page)
}
