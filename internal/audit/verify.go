package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// Anchors reads from GitHub what the check runs on commits say at their ends.
type Anchors interface {
	// Heads lists the heads of the open pull requests.
	Heads(ctx context.Context, repository string) ([]string, error)
	// Texts are the texts of the App's check runs of the whole on a commit; none if GitHub does not know it.
	Texts(ctx context.Context, repository, sha string) ([]string, error)
}

// Fault is one entry that is not as it was written.
type Fault struct {
	Entry int64  `json:"entry"`
	Msg   string `json:"msg"`
	Where string `json:"where"` // the commit whose check run says otherwise; "" when the log itself shows it
}

// Verified is what came of looking at one log.
type Verified struct {
	Repository string  `json:"repository"`
	Log        string  `json:"log"` // its name: what the repository was called when it began
	Entries    int64   `json:"entries"`
	Digest     string  `json:"digest"`   // of the last
	Removed    int     `json:"removed"`  // private pieces that were redacted, or too old
	Redacted   int     `json:"redacted"` // runs out of which names were taken: they are compared with what an entry says of that
	Commits    int     `json:"commits"`  // whose check runs were asked for
	Compared   int     `json:"compared"` // entries that a check run on GitHub names
	Anchored   int64   `json:"anchored"` // the newest of these that is as GitHub has it: it vouches for all before it
	Faults     []Fault `json:"faults"`
}

// Verify recomputes the log of a repository, compares the runs that are kept with the entries that name them,
// and, if anchors is not nil, the entries with what check runs on GitHub say, on up to limit commits: heads of
// open pull requests, and those of the newest entries. Each commit is one call.
func Verify(ctx context.Context, kept *store.Store, repository string, anchors Anchors, limit int) (Verified, error) {
	out := Verified{Repository: repository, Faults: []Fault{}}
	var err error
	if out.Entries, out.Digest, err = kept.AuditEnd(ctx, repository); err != nil {
		return out, err
	}
	if out.Log, err = kept.AuditLog(ctx, repository); err != nil {
		return out, err
	}
	var broken *store.BrokenChain
	switch err := kept.VerifyAudit(ctx, repository); {
	case errors.As(err, &broken):
		out.Faults = append(out.Faults, Fault{Entry: broken.Seq, Msg: broken.Reason})
	case err != nil:
		return out, err
	}
	if err := out.compareRuns(ctx, kept); err != nil {
		return out, err
	}
	if anchors != nil {
		if err := out.compareGitHub(ctx, kept, anchors, limit); err != nil {
			return out, err
		}
	}
	slices.SortStableFunc(out.Faults, func(a, b Fault) int { return int(a.Entry - b.Entry) })
	return out, nil
}

// compareRuns looks whether what is kept of a run is what its entry is about, and of a run of which names were taken
// out, whether it is what the entry that tells of that says.
func (v *Verified) compareRuns(ctx context.Context, kept *store.Store) error {
	type now struct {
		entry int64
		RedactedRun
	}
	redacted, told := map[string]now{}, map[string]RedactedRun{}
	for e, err := range kept.AuditEntries(ctx, store.AuditQuery{Repository: v.Repository}) {
		if err != nil {
			return err
		}
		_, removed := Pieces(e)
		v.Removed += removed
		var r Redacted
		if e.Kind == KindRedacted && json.Unmarshal(e.Detail, &r) == nil {
			for _, one := range r.Changed { // the last word on a run counts
				told[one.Run] = one
			}
			continue
		}
		var d Decision
		if json.Unmarshal(e.Detail, &d) != nil || d.Run == "" || d.Facts == "" {
			continue
		}
		run, found, err := kept.Run(ctx, d.Run)
		switch {
		case err != nil:
			return err
		case !found:
			continue
		case !run.RedactedAt.IsZero():
			redacted[run.ID] = now{e.Seq, redactedRun(run)}
		default:
			v.differs(e.Seq, "", d.Facts == digestOf(run.Snapshot), d.Report == "" || d.Report == digestOf(run.Report), d.Judged == "" || d.Judged == digestOf(run.Verdicts))
		}
		if run.Number != e.Number || run.HeadSHA != e.HeadSHA || run.Conclusion != string(d.Conclusion) || run.Accepted != (d.Conclusion == bylaw.Success) {
			v.fault(e.Seq, "the result that is kept is not the one that it is about")
		}
	}
	v.Redacted = len(redacted)
	for id, is := range redacted {
		one, known := told[id]
		if !known {
			v.fault(is.entry, "names were taken out of its facts and report, and no entry tells of that")
			continue
		}
		v.differs(is.entry, ", and neither what names were taken out of", one.Facts == is.Facts, one.Report == is.Report, one.Judged == is.Judged)
	}
	return nil
}

// differs notes what is kept and is not what it was.
func (v *Verified) differs(entry int64, more string, facts, report, judged bool) {
	for _, of := range []struct {
		same bool
		msg  string
	}{{facts, "the facts that are kept are not those that it is about"}, {report, "the report that is kept is not the one that it is about"}, {judged, "the verdicts that are kept are not those that it is about"}} {
		if !of.same {
			v.fault(entry, of.msg+more)
		}
	}
}

func (v *Verified) fault(entry int64, msg string) {
	v.Faults = append(v.Faults, Fault{Entry: entry, Msg: msg})
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (v *Verified) compareGitHub(ctx context.Context, kept *store.Store, anchors Anchors, limit int) error {
	heads, err := anchors.Heads(ctx, v.Repository)
	if err != nil {
		return fmt.Errorf("look for anchors of %s: %w", v.Repository, err)
	}
	known, err := kept.AuditHeads(ctx, v.Repository, limit)
	if err != nil {
		return err
	}
	var commits []string
	for i := range max(len(heads), len(known)) { // in turns, so that neither crowds out the other
		for _, from := range [][]string{heads, known} {
			if i < len(from) && len(commits) < limit && !slices.Contains(commits, from[i]) {
				commits = append(commits, from[i])
			}
		}
	}
	for _, sha := range commits {
		texts, err := anchors.Texts(ctx, v.Repository, sha)
		if err != nil {
			return fmt.Errorf("look for anchors of %s: %w", v.Repository, err)
		}
		v.Commits++
		for _, text := range texts {
			for _, named := range Footnotes(text) {
				if err := v.compare(ctx, kept, sha, named); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (v *Verified) compare(ctx context.Context, kept *store.Store, sha string, named Named) error {
	if !strings.EqualFold(named.Repository, v.Log) {
		return nil // of another repository, from which the commit came
	}
	v.Compared++
	e, found, err := kept.AuditEntryAt(ctx, v.Repository, named.Seq)
	switch {
	case err != nil:
		return err
	case !found:
		v.Faults = append(v.Faults, Fault{named.Seq, "it is missing, and the check run names it", sha})
	case e.Digest != named.Digest:
		v.Faults = append(v.Faults, Fault{named.Seq, "it was written anew: the check run names another digest, " + named.Digest, sha})
	default:
		v.Anchored = max(v.Anchored, named.Seq)
	}
	return nil
}
