package audit

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// Event is an entry in the shape of OPA's decision logs, so that what collects those takes it as well:
// https://www.openpolicyagent.org/docs/latest/management-decision-logs/. Under custom stands everything that the
// chain of digests is made of, as store.AuditEntry.Sum says.
type Event struct {
	Labels      map[string]string `json:"labels"`
	DecisionID  string            `json:"decision_id"` // of the entry: repository, "audit" and place
	Bundles     map[string]bundle `json:"bundles,omitempty"`
	Path        string            `json:"path"` // "bylaw/" and the kind
	Input       eventInput        `json:"input"`
	Result      json.RawMessage   `json:"result"` // the detail
	Erased      []string          `json:"erased,omitempty"`
	RequestedBy string            `json:"requested_by,omitempty"` // login
	Timestamp   time.Time         `json:"timestamp"`
	Custom      eventCustom       `json:"custom"`
}

type bundle struct {
	Revision string `json:"revision"` // SHA-256 of the policies and their parameters
}

// eventInput stands for the facts: they are long, and full of people.
type eventInput struct {
	Repository string `json:"repository"`
	Number     int    `json:"number"`
	HeadSHA    string `json:"head_sha"`
	Facts      string `json:"facts,omitempty"` // SHA-256 of the snapshot
}

type eventCustom struct {
	Seq      int64          `json:"seq"`
	Previous string         `json:"previous"`
	Digest   string         `json:"digest"`
	Private  []eventPrivate `json:"private"`
}

type eventPrivate struct {
	Digest string          `json:"digest"`
	Salt   string          `json:"salt,omitempty"` // hex
	Body   json.RawMessage `json:"body,omitempty"` // absent once it was removed
}

// EventOf makes an event of an entry. version is that of Bylaw.
func EventOf(e store.AuditEntry, version string) Event {
	var d Decision
	_ = json.Unmarshal(e.Detail, &d) // of another kind: without these
	out := Event{
		Labels:     map[string]string{"app": "bylaw", "id": e.Repository, "version": version},
		DecisionID: fmt.Sprintf("%s/audit/%d", e.Repository, e.Seq), Path: "bylaw/" + e.Kind,
		Input:  eventInput{Repository: e.Repository, Number: e.Number, HeadSHA: e.HeadSHA, Facts: d.Facts},
		Result: e.Detail, Timestamp: e.At,
		Custom: eventCustom{Seq: e.Seq, Previous: e.Previous, Digest: e.Digest, Private: []eventPrivate{}},
	}
	if d.Policies != "" {
		out.Bundles = map[string]bundle{"policies": {Revision: d.Policies}}
	}
	if len(e.Detail) == 0 {
		out.Result = json.RawMessage("null")
	}
	for i, p := range e.Private {
		private := eventPrivate{Digest: p.Digest, Body: p.Body}
		if p.Body == nil {
			out.Erased = append(out.Erased, fmt.Sprintf("/custom/private/%d/body", i))
		} else {
			private.Salt = fmt.Sprintf("%x", p.Salt)
		}
		out.Custom.Private = append(out.Custom.Private, private)
	}
	pieces, _ := Pieces(e)
	out.RequestedBy = requester(pieces)
	return out
}

// requester is whose doing an entry is.
func requester(pieces []Piece) string {
	for _, field := range []string{FieldAskedBy, FieldPushedBy, FieldRedactedBy} {
		if login := Of(pieces, field).Login; login != "" {
			return login
		}
	}
	return ""
}

// csvColumns are the columns of the CSV export.
var csvColumns = []string{
	"repository", "entry", "time", "kind", "pull_request", "head", "event", "conclusion", "title", "requested_by", "merged_by", "removed", "digest",
}

// WriteCSVHead writes the names of the columns.
func WriteCSVHead(w io.Writer) error { return writeCSV(w, csvColumns) }

// WriteCSV writes one entry. removed is how many of its private pieces are not there any more.
func WriteCSV(w io.Writer, e store.AuditEntry) error {
	var d Decision
	_ = json.Unmarshal(e.Detail, &d) // of another kind: without these
	pieces, removed := Pieces(e)
	number := ""
	if e.Number != 0 {
		number = strconv.Itoa(e.Number)
	}
	return writeCSV(w, []string{
		e.Repository, strconv.FormatInt(e.Seq, 10), bylaw.At(e.At).String(), e.Kind, number, e.HeadSHA, d.Event, string(d.Conclusion),
		Of(pieces, FieldTitle).Text, requester(pieces), Of(pieces, FieldMergedBy).Login, strconv.Itoa(removed), e.Digest,
	})
}

// writeCSV quotes every cell, and begins one that a spreadsheet would take for a formula with an apostrophe:
// https://owasp.org/www-community/attacks/CSV_Injection. Control characters go, for with them a formula can hide.
func writeCSV(w io.Writer, cells []string) error {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		cell = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, cell)
		if start := strings.TrimLeft(cell, " "); start != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(start)[0]) {
			cell = "'" + cell
		}
		quoted[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	_, err := io.WriteString(w, strings.Join(quoted, ",")+"\r\n")
	return err
}
