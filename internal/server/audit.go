package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// askedFor is what an entry says of an evaluation beside the run: whose doing it was that it was made, as far as
// a webhook told, and by which policies.
type askedFor struct {
	by       string
	policies string
}

// decisionEntry is the entry of a run that differs from the one before.
func (w *worker) decisionEntry(ctx context.Context, run bylaw.Run, kept *store.Run, by askedFor, before store.RunMeta, found bool) (store.AuditEntry, error) {
	kind := audit.KindDecision
	if run.Snapshot.State == "merged" {
		var was struct {
			State string `json:"state"`
		}
		if found {
			earlier, err := w.bodies(ctx, before)
			if err != nil {
				return store.AuditEntry{}, err
			}
			if err := json.Unmarshal(earlier.Snapshot, &was); err != nil {
				return store.AuditEntry{}, fmt.Errorf("read run %s: %w", before.ID, err)
			}
		}
		if was.State != "merged" { // once, however often it is looked at afterwards
			kind = mergedKind(run, before, found)
		}
	}
	if slices.Contains(audit.Findings, kind) {
		w.Log.Warn("bypass", "kind", kind, "ref", run.Ref.String(), "head", run.Snapshot.Head.SHA)
	}
	return runEntry(kind, run, kept, by)
}

// bodies returns a run that is kept with what is long of it.
func (w *worker) bodies(ctx context.Context, m store.RunMeta) (store.Run, error) {
	run, found, err := w.Store.Run(ctx, m.ID)
	if err == nil && !found {
		err = fmt.Errorf("run %s is not kept any more", m.ID)
	}
	return run, err
}

// showsTheSame reports whether the check run of the whole says of a run what it says of the one before, on the same
// commit: then it goes on naming the entry of that one, and is not written for the sake of another digest. That
// entry is before the new one in the chain; the next check run that is written covers both.
func (w *worker) showsTheSame(ctx context.Context, before store.RunMeta, run bylaw.Run) (bool, error) {
	if before.HeadSHA != run.Snapshot.Head.SHA || before.Conclusion != string(run.Report.Conclusion) { // most often; the report need not be read
		return false, nil
	}
	earlier, err := w.bodies(ctx, before)
	if err != nil {
		return false, err
	}
	var was bylaw.Report
	return json.Unmarshal(earlier.Report, &was) == nil &&
		len(was.Checks) > 0 && len(run.Report.Checks) > 0 && was.Checks[0].Digest() == run.Report.Checks[0].Digest(), nil
}

// mergedKind tells how a pull request was merged: what stood on its head before counts, and what is found
// afterwards cannot make it better.
func mergedKind(run bylaw.Run, before store.RunMeta, found bool) string {
	switch {
	case !found || before.HeadSHA != run.Snapshot.Head.SHA:
		return audit.KindMergedNotJudged
	case !before.Accepted || run.Report.Conclusion != bylaw.Success:
		return audit.KindMergedNotAccepted
	}
	return audit.KindMerged
}

func runEntry(kind string, run bylaw.Run, kept *store.Run, by askedFor) (store.AuditEntry, error) {
	s := run.Snapshot
	d := audit.Decision{
		Run: kept.ID, Event: s.Event, State: s.State, Conclusion: run.Report.Conclusion, Facts: hexSum(kept.Snapshot), Policies: by.policies, Report: hexSum(kept.Report), Judged: hexSum(kept.Verdicts),
		Verdicts: map[string]string{}, Checks: map[string]bylaw.Conclusion{}, Marks: []string{}, WaitsSince: s.ReadyAt,
	}
	if d.WaitsSince.IsZero() {
		d.WaitsSince = s.CreatedAt
	}
	for _, v := range run.Verdicts {
		d.Verdicts[v.Policy] = string(v.Outcome)
		d.Marks = append(d.Marks, v.Marks...)
	}
	slices.Sort(d.Marks)
	d.Marks = slices.Compact(d.Marks)
	for _, c := range run.Report.Checks {
		d.Checks[c.Name] = c.Conclusion
	}
	pieces := []audit.Piece{
		{Field: audit.FieldAskedBy, Login: by.by},
		{Field: audit.FieldAuthor, Login: s.Author.Login},
		{Field: audit.FieldMergedBy, Login: s.MergedBy.Login},
		{Field: audit.FieldTitle, Text: run.Report.Title},
	}
	if kind == audit.KindCommand {
		for _, c := range audit.Ours(s.Commands) {
			pieces = append(pieces, audit.CommandPiece(c))
		}
	} else {
		pieces = append(pieces, d.AddCommands(s.Commands)...)
	}
	return entry(store.AuditEntry{Repository: kept.Repository, Kind: kind, Number: s.Number, HeadSHA: s.Head.SHA}, d, pieces...)
}

// commandEntry is the entry of a run in which nothing but commands differ from the one before.
func commandEntry(run bylaw.Run, kept *store.Run, by askedFor) (store.AuditEntry, error) {
	return runEntry(audit.KindCommand, run, kept, by)
}

// entry completes an entry with its detail and its private pieces.
func entry(e store.AuditEntry, detail any, pieces ...audit.Piece) (store.AuditEntry, error) {
	var err error
	if e.Detail, err = json.Marshal(detail); err != nil {
		return e, fmt.Errorf("write audit entry down: %w", err)
	}
	e.Private, err = audit.Private(pieces...)
	return e, err
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// changedCommands reports whether a command that grants or discloses something was given, changed or taken back
// since the run before.
func (w *worker) changedCommands(ctx context.Context, before store.RunMeta, run bylaw.Run) (bool, error) {
	earlier, err := w.bodies(ctx, before)
	if err != nil {
		return false, err
	}
	now, err := json.Marshal(run.Snapshot.Commands)
	if err != nil {
		return false, fmt.Errorf("write run down: %w", err)
	}
	// The same list stands there byte for byte; then the long snapshot need not be read.
	if bytes.Contains(earlier.Snapshot, slices.Concat([]byte(`"commands":`), now, []byte(","))) {
		return false, nil
	}
	var was struct {
		Commands []bylaw.Command `json:"commands"`
	}
	if err := json.Unmarshal(earlier.Snapshot, &was); err != nil {
		return false, fmt.Errorf("read run %s: %w", before.ID, err)
	}
	then, err1 := json.Marshal(audit.Ours(was.Commands))
	today, err2 := json.Marshal(audit.Ours(run.Snapshot.Commands))
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("write run down: %w, %w", err1, err2)
	}
	return !bytes.Equal(then, today), nil
}

// named are the entries of the runs that stand on a commit. A pull request that could not be judged has none.
func (o *commit) named() []audit.Named {
	var out []audit.Named
	for _, run := range o.runs {
		if e, known := o.entries[run.Snapshot.Number]; known && run.Snapshot.Number != 0 {
			out = append(out, e)
		}
	}
	return out
}

// withFootnote ends the text of a check run with the entries that it rests on, so that GitHub holds their digests.
func withFootnote(text string, named []audit.Named) string {
	note := audit.Footnote(named)
	if note == "" || text == "" {
		return text + note
	}
	return strings.TrimRight(text, "\n") + "\n\n" + note
}

// postedEntry tells what stands on a commit after it was written. No check run names it, so that it does not
// lead to another.
func postedEntry(c store.Claim, sha string, numbers []int, named []audit.Named, standing []store.Check) ([]store.AuditEntry, error) {
	d := audit.Posted{Pulls: append([]int{}, numbers...), Entries: []int64{}, Checks: []audit.PostedCheck{}}
	for _, n := range named {
		d.Entries = append(d.Entries, n.Seq)
	}
	for _, k := range standing {
		digest, _ := splitDigest(k.Digest)
		d.Checks = append(d.Checks, audit.PostedCheck{Name: k.Name, ID: k.RunID, Digest: digest})
	}
	e := store.AuditEntry{Repository: c.Repository, Kind: audit.KindPosted, HeadSHA: sha}
	if len(numbers) == 1 {
		e.Number = numbers[0]
	}
	e, err := entry(e, d)
	if err != nil {
		return nil, err
	}
	return []store.AuditEntry{e}, nil
}
