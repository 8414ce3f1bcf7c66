package page

import (
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// templates parses every page together with the frame around it.
func templates() map[string]*template.Template {
	functions := template.FuncMap{
		"t": bylaw.PlainText, "sentence": sentence, "lines": func(s string) string { return strings.Join(bylaw.PlainLines(s), "\n") },
		"day": day, "moment": moment, "iso": func(t time.Time) string { return t.UTC().Format(time.RFC3339) }, "short": short,
		"web": web, "count": count, "outcome": outcomeOf, "conclusion": conclusionOf, "row": func(values ...any) []any { return values },
	}
	look := map[string]*template.Template{}
	frame := template.Must(template.New("frame.html").Funcs(functions).ParseFS(files, "templates/frame.html", "templates/parts.html"))
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is good
	}
	for _, name := range names {
		base := strings.TrimPrefix(name, "templates/")
		if base != "frame.html" && base != "parts.html" {
			look[base] = template.Must(template.Must(frame.Clone()).ParseFS(files, name))
		}
	}
	return look
}

// mood is how a thing stands, in words, and the look that goes with them: good, act, stop or quiet. The words say
// all; colour and sign only help to find them.
type mood struct {
	Word, Look string
}

func conclusionOf(c string) mood {
	switch bylaw.Conclusion(c) {
	case bylaw.Success:
		return mood{"Accepted", "good"}
	case bylaw.ActionRequired:
		return mood{"Somebody has to act", "act"}
	case bylaw.Failure:
		return mood{"Not accepted", "stop"}
	case "":
		return mood{"Not judged yet", "quiet"}
	}
	return mood{bylaw.PlainText(c), "stop"}
}

func outcomeOf(v bylaw.Verdict) mood {
	switch {
	case v.Outcome == bylaw.Accepted && len(v.Findings) > 0:
		return mood{"Met, with advice", "good"}
	case v.Outcome == bylaw.Accepted:
		return mood{"Met", "good"}
	case v.Outcome == bylaw.DoesNotApply:
		return mood{"Does not apply", "quiet"}
	case v.Outcome == bylaw.NotAsked:
		return mood{"Not asked", "quiet"}
	case v.Outcome == bylaw.Broken:
		return mood{"Could not be judged", "stop"}
	case v.Conclusion == bylaw.ActionRequired:
		return mood{"Not met: somebody has to act", "act"}
	}
	return mood{"Not met", "stop"}
}

// events are what asked for an evaluation, in words.
var events = map[string]string{
	"pull_request.opened": "it was opened", "pull_request.synchronize": "commits were pushed", "pull_request.reopened": "it was opened again",
	"pull_request.edited": "it was edited", "pull_request.closed": "it was closed", "pull_request.labeled": "a label was set",
	"pull_request.unlabeled": "a label was taken away", "pull_request.ready_for_review": "it became ready for review",
	"pull_request.converted_to_draft": "it became a draft", "pull_request.review_requested": "a review was asked for",
	"pull_request_review.submitted": "a review was given", "pull_request_review.dismissed": "a review was dismissed",
	"pull_request_review.edited": "a review was edited", "issue_comment.created": "a command was given", "issue_comment.edited": "a comment with a command was edited",
	"issue_comment.deleted": "a comment with a command was deleted", "check_run.rerequested": "somebody asked to check again",
	"check_suite.rerequested": "somebody asked to check again", "check_run.requested_action": "somebody asked to check again",
	"recheck": "time had passed", "same head": "another pull request has the same commit",
}

// why says what asked for an evaluation.
func why(event string) string {
	if words := events[event]; words != "" {
		return "looked at because " + words
	}
	if event == "" || strings.Contains(event, ".") {
		return "looked at because something happened on GitHub"
	}
	return "looked at because " + bylaw.PlainText(event)
}

func sentence(s string) string {
	s = bylaw.PlainText(s)
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

func day(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 January 2006")
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

func short(sha string) string {
	sha = bylaw.PlainText(sha)
	for i := range sha {
		if i >= 7 {
			return sha[:i]
		}
	}
	return sha
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// web is an address that may be a link: https, and http for GitHub on loopback; "" for all others.
func web(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// path joins local addresses, each part escaped.
func path(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

func home(r store.Repository) string {
	owner, name, _ := bylaw.SplitRepository(r.Name)
	return path(owner, name)
}

func pullPath(r store.Repository, number int) string {
	return fmt.Sprintf("%s/pull/%d", home(r), number)
}

func runPath(r store.Repository, id string) string { return home(r) + "/decision" + path(id) }

// interval is a span of time in words.
func interval(from, until string) string {
	switch {
	case from == "" && until == "":
		return ""
	case until == "":
		return "since " + from
	case from == "":
		return "until " + until
	}
	return "from " + from + " until " + until
}

func orGhost(login string) string { return cmp.Or(login, "a deleted account") }
