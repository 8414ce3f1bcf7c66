package github

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Limits of https://docs.github.com/rest/checks/runs#create-a-check-run
const (
	maxText        = 65_535 // characters of summary, and of text
	maxAnnotations = 50     // in one request
	maxMessage     = 64 << 10
)

// Known is a check run of ours, as [Client.Publish] left it.
type Known struct {
	ID          int64  // 0: none
	Annotations string // digest of the annotations on it; "" when that is not known: then GitHub is asked
	Digest      string // of what stands there, as FindPosted tells; "" when that is not known
}

// Publish posts a completed check run on a commit and returns it for the next time. known is the newest
// one of that name on the commit, if there is one.
//
// GitHub only ever adds annotations to those that a run has. So a known run is changed only if it has
// exactly the annotations of check, for which GitHub is asked if known does not say; otherwise a new run is
// created, and GitHub counts the newest one of a name. Creating is not idempotent: after an error of kind Unavailable the run may exist, and
// [Client.FindPosted] tells.
//
// The check's digest becomes the run's external_id, so that Posted.Digest tells what stands there. Of a known
// run that has this digest nothing is written.
// With more than 50 annotations it does so in the last request: a run whose digest is missing is not
// whole, and must be published again.
func (c *Client) Publish(ctx context.Context, owner, repo, sha string, check bylaw.Check, known Known) (Known, error) {
	op := fmt.Sprintf("publish %s on %s of %s/%s", check.Name, sha, owner, repo)
	if err := refuse(sha, check); err != nil {
		return known, &Error{Op: op, Kind: Invalid, Err: err}
	}
	now := c.now().UTC().Format(time.RFC3339)
	runs := restPath("repos", owner, repo, "check-runs")
	annotations, digest := annotationsDigest(check.Annotations), check.Digest()

	if known.ID != 0 && known.Digest == digest {
		return Known{ID: known.ID, Annotations: annotations, Digest: digest}, nil
	}
	if known.ID != 0 && known.Annotations == "" {
		var err error
		if known.Annotations, err = c.annotationsOf(ctx, op, fmt.Sprintf("%s/%d", runs, known.ID)); err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Kind != NotFound {
				return known, err
			}
			known.Annotations = annotations // which is found out below
		}
	}
	if known.ID != 0 && known.Annotations == annotations {
		run := newRun(check, now)
		run.ExternalID = digest
		err := c.changeRun(ctx, op, fmt.Sprintf("%s/%d", runs, known.ID), run)
		if err == nil {
			return Known{ID: known.ID, Annotations: annotations, Digest: digest}, nil
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != NotFound {
			return known, err
		}
		// GitHub throws runs away after 410 days, and beyond 1,000 of a name. Before another one takes its place
		// it is asked whether this one is really gone: both would stand there.
		posted, found := c.FindPosted(ctx, owner, repo, sha, check.Name)
		switch {
		case found != nil:
			return known, found
		case slices.ContainsFunc(posted, func(p bylaw.Posted) bool { return p.ID == known.ID }):
			return known, &Error{Op: op, Kind: Unavailable, Err: err}
		}
	}

	run := newRun(check, now)
	run.HeadSHA = sha
	first, more := check.Annotations, []bylaw.Annotation(nil)
	if len(first) > maxAnnotations {
		first, more = first[:maxAnnotations], first[maxAnnotations:]
	} else {
		run.ExternalID = digest
	}
	run.Output.Annotations = remarks(first)
	var created struct {
		ID int64 `json:"id"`
	}
	if _, err := c.rest(ctx, op, http.MethodPost, runs, run, &created); err != nil {
		return known, err
	}
	if created.ID == 0 {
		return known, &Error{Op: op, Kind: Unavailable, Err: errors.New("the answer is no check run")}
	}
	for part := range slices.Chunk(more, maxAnnotations) {
		more = more[len(part):]
		run := newRun(check, now)
		run.Output.Annotations = remarks(part)
		if len(more) == 0 {
			run.ExternalID = digest
		}
		if err := c.changeRun(ctx, op, fmt.Sprintf("%s/%d", runs, created.ID), run); err != nil {
			return Known{ID: created.ID}, err
		}
	}
	return Known{ID: created.ID, Annotations: annotations, Digest: digest}, nil
}

// annotationsOf returns the digest of the annotations that stand on a run.
func (c *Client) annotationsOf(ctx context.Context, op, run string) (string, error) {
	all, err := pages[[]remark](ctx, c, op, run+"/annotations", nil)
	if err != nil {
		return "", err
	}
	return digestOf(slices.Concat(append(all, []remark{})...)), nil
}

// changeRun changes a run. Only an answer that is a run says that it was changed: what stands in between may
// answer 200 as well.
func (c *Client) changeRun(ctx context.Context, op, at string, run checkRun) error {
	var changed struct {
		ID int64 `json:"id"`
	}
	_, err := c.rest(ctx, op, http.MethodPatch, at, run, &changed)
	if err == nil && changed.ID == 0 {
		err = &Error{Op: op, Kind: Unavailable, Err: errors.New("the answer is no check run")}
	}
	return err
}

// FindPosted lists our check runs on a commit, of each name only the newest, which is the one that
// GitHub counts. name "" means all names.
func (c *Client) FindPosted(ctx context.Context, owner, repo, sha, name string) ([]bylaw.Posted, error) {
	type answer struct {
		CheckRuns []struct {
			ID         int64  `json:"id"`
			Name       string `json:"name"`
			Conclusion string `json:"conclusion"`
			ExternalID string `json:"external_id"`
		} `json:"check_runs"`
	}
	op := fmt.Sprintf("list check runs on %s of %s/%s", sha, owner, repo)
	query := url.Values{"app_id": {fmt.Sprint(c.app)}, "filter": {"latest"}}
	if name != "" {
		query.Set("check_name", name)
	}
	all, err := pages[answer](ctx, c, op, restPath("repos", owner, repo, "commits", sha, "check-runs"), query)
	if err != nil {
		return nil, err
	}
	newest := map[string]bylaw.Posted{} // "latest" is meant within a suite, and there can be several
	for _, page := range all {
		for _, r := range page.CheckRuns {
			if r.ID > newest[r.Name].ID {
				newest[r.Name] = bylaw.Posted{ID: r.ID, Name: r.Name, Conclusion: bylaw.Conclusion(r.Conclusion), Digest: r.ExternalID}
			}
		}
	}
	return sortedPosted(newest), nil
}

func sortedPosted(byName map[string]bylaw.Posted) []bylaw.Posted {
	list := []bylaw.Posted{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list = append(list, byName[name])
	}
	return list
}

// checkRun is the body of a request. Lists that are empty are sent, so that buttons go away.
type checkRun struct {
	Name        string       `json:"name"`
	HeadSHA     string       `json:"head_sha,omitempty"`
	DetailsURL  string       `json:"details_url,omitempty"`
	ExternalID  string       `json:"external_id"`
	Status      string       `json:"status"`
	Conclusion  string       `json:"conclusion"`
	CompletedAt string       `json:"completed_at"` // an update without it keeps the old moment
	Output      output       `json:"output"`
	Actions     []runsAction `json:"actions"`
}

type output struct {
	Title       string   `json:"title"`
	Summary     string   `json:"summary"`
	Text        string   `json:"text"`
	Annotations []remark `json:"annotations,omitempty"`
}

type runsAction struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}

type remark struct {
	Path      string `json:"path"`
	StartLine int    `json:"start_line"`
	EndLine   int    `json:"end_line"`
	Level     string `json:"annotation_level"`
	Title     string `json:"title,omitempty"`
	Message   string `json:"message"`
}

func newRun(check bylaw.Check, now string) checkRun {
	run := checkRun{
		Name: check.Name, DetailsURL: check.DetailsURL, Status: "completed", Conclusion: string(check.Conclusion), CompletedAt: now,
		Output: output{Title: check.Title, Summary: check.Summary, Text: check.Text}, Actions: []runsAction{},
	}
	for _, a := range check.Actions {
		run.Actions = append(run.Actions, runsAction(a))
	}
	return run
}

func remarks(list []bylaw.Annotation) []remark {
	var out []remark
	for _, a := range list {
		out = append(out, remark{Path: a.Path, StartLine: a.Line, EndLine: a.Line, Level: a.Level, Title: a.Title, Message: a.Message})
	}
	return out
}

func annotationsDigest(list []bylaw.Annotation) string { return digestOf(remarks(list)) }

// digestOf is that of a list in any order: GitHub promises none when it lists them.
func digestOf(list []remark) string {
	slices.SortFunc(list, func(a, b remark) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.StartLine, b.StartLine), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Title, b.Title), cmp.Compare(a.Message, b.Message))
	})
	data, err := json.Marshal(list)
	if err != nil { // plain strings and numbers always marshal
		panic(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

var fullSHA = regexp.MustCompile(`^[0-9a-f]{40}$`)

// refuse returns what GitHub would refuse, and the conclusions that would open a gate.
func refuse(sha string, check bylaw.Check) error {
	long := func(s string, most int) bool { return utf8.RuneCountInString(s) > most }
	switch {
	case !fullSHA.MatchString(sha):
		return fmt.Errorf("%q is not a full sha", sha)
	case check.Name == "", check.Title == "":
		return errors.New("name or title is missing")
	case check.Conclusion != bylaw.Success && check.Conclusion != bylaw.ActionRequired && check.Conclusion != bylaw.Failure:
		return fmt.Errorf("conclusion %q is not one of ours", check.Conclusion)
	case long(check.Summary, maxText), long(check.Text, maxText):
		return fmt.Errorf("summary or text has more than %d characters", maxText)
	case len(check.Actions) > 3:
		return errors.New("more than 3 actions")
	case check.DetailsURL != "" && !strings.HasPrefix(check.DetailsURL, "https://") && !strings.HasPrefix(check.DetailsURL, "http://"):
		return fmt.Errorf("details_url %q is no web address", check.DetailsURL)
	}
	for _, a := range check.Actions {
		if a.Label == "" || a.Description == "" || a.Identifier == "" || long(a.Label, 20) || long(a.Description, 40) || long(a.Identifier, 20) {
			return fmt.Errorf("action %q: label, description and identifier need 1 to 20, 40 and 20 characters", a.Identifier)
		}
	}
	for _, a := range check.Annotations {
		switch {
		case a.Path == "", a.Line < 1, a.Message == "":
			return fmt.Errorf("annotation of %q: path, line or message is missing", a.Path)
		case a.Level != "notice" && a.Level != "warning" && a.Level != "failure":
			return fmt.Errorf("annotation of %q: no such level: %q", a.Path, a.Level)
		case long(a.Title, 255), len(a.Message) > maxMessage:
			return fmt.Errorf("annotation of %q: title or message is too long", a.Path)
		}
	}
	return nil
}
