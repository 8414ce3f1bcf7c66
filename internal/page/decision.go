package page

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
)

// How much of long lists is shown; of the rest the number.
const (
	maxRows    = 1000 // of any table
	fewFacts   = 50   // of each sort, where nobody asked for all
	maxHistory = 25
)

// decisionPage is one decision with all that led to it.
type decisionPage struct {
	Meta       store.RunMeta
	Snapshot   bylaw.Snapshot
	Stopping   []policyPart // what is not met
	Met        []policyPart
	Others     []policyPart // what does not apply, or was not asked
	Why        string
	Age        string   // what is to be known of its place among the decisions; "" for the latest
	Latest     string   // address of the latest, where this is not
	GitHub     string   // address of the pull request; "" when there is none
	Repository string   // local address
	Pull       string   // local address
	Trouble    string   // what keeps the pull request from being judged anew
	Pending    bool     // whether it is about to be judged anew
	Could      []string // who could give what is missing
	Correct    []string // rosters in which an affiliation is corrected by which a rule is not met

	Reviews []reviewRow
	Cast    []person

	Numbers, More facts  // how many there are, and how many are left out
	All           string // address of this page with more of them; "" for that one

	Anchor  *anchor // nil for a decision that no entry of the audit log is known for
	History []historyRow
	Older   string // address of more of them
	Before  *store.RunMeta
	Changes changes
}

// facts are numbers of rows.
type facts struct{ Reviews, People, Files, Commits int }

type historyRow struct {
	store.RunMeta
	Link string
	Here bool
}

// policyPart is what one policy said.
type policyPart struct {
	bylaw.Verdict
	Place      int    // on the page
	Link       string // "" for what has a name that cannot stand in an address
	Rules      []bylaw.Reference
	On         source // what switched it on, where that was recorded
	AlwaysOn   bool
	Findings   []findingPart
	Considered []consideredPart
	More       int    // people looked at that are left out
	All        string // address of this page with more of them; "" for that one
	Counted    int
}

type findingPart struct {
	bylaw.Finding
	About []string // people whom its words do not name
	Where source
	Facts []source
	Rule  string
}

// The rows of the long tables hold text that is plain already: a template that calls a function for every cell of
// hundreds of rows takes twice as long.
type consideredPart struct {
	Who, Did, Is, Why string
	Counted           bool
	Facts             []source
}

type reviewRow struct {
	Who, Stance, ISO, When, SHA string
	CanPush, Stale              bool
}

// source is where a fact stands, in plain text, with its address on GitHub where that is known.
type source struct {
	Place, Text, Link string
}

// person is somebody concerned, with what is known of whom they work for.
type person struct {
	Login, Part, Roles string
	Jobs               []job
}

type job struct {
	Organization, Rest string
	Where              source
}

// kept is a run with its parts read.
type kept struct {
	meta     store.RunMeta
	snapshot bylaw.Snapshot
	verdicts []bylaw.Verdict
	people   []somebody
	titles   map[string]string // of its check runs, by name
}

// somebody is a person of a snapshot as far as all of them are read.
type somebody struct {
	Login, Kind, Part   string
	Roles, Affiliations json.RawMessage
}

func read(run store.Run) (kept, error) {
	k := kept{meta: run.RunMeta}
	facts := struct {
		*bylaw.Snapshot
		Files []struct { // without what stands in them, which can be large and is not shown
			Path         string
			PreviousPath string `json:"previous_path"`
			Status       string
			Added        int
			Removed      int
		} `json:"files"`
		People *[]somebody `json:"people"`
	}{Snapshot: &k.snapshot, People: &k.people}
	err := errors.Join(json.Unmarshal(run.Snapshot, &facts), json.Unmarshal(run.Verdicts, &k.verdicts), k.readReport(run))
	if err != nil {
		return k, fmt.Errorf("read run %s: %w", run.ID, err)
	}
	for _, f := range facts.Files {
		k.snapshot.Files = append(k.snapshot.Files, bylaw.File{Path: f.Path, PreviousPath: f.PreviousPath, Status: f.Status, Added: f.Added, Removed: f.Removed})
	}
	return k, nil
}

// readReport reads the titles of a report.
func (k *kept) readReport(run store.Run) error {
	if len(run.Report) == 0 {
		return nil
	}
	var report struct {
		Title  string
		Checks []struct{ Name, Title string }
	}
	if err := json.Unmarshal(run.Report, &report); err != nil {
		return err
	}
	k.meta.Title = cmp.Or(k.meta.Title, report.Title)
	k.titles = map[string]string{}
	for _, c := range report.Checks {
		k.titles[c.Name] = c.Title
	}
	return nil
}

// readEarlier reads of a run only what is compared with a later one, and not again what is the same in both: that
// saves more than half of the work.
func readEarlier(run, later store.Run, now kept) (kept, error) {
	k := kept{meta: run.RunMeta}
	var facts struct {
		Title, State       string
		Draft              bool
		Base               bylaw.Base
		Head               bylaw.Head
		Labels             []bylaw.Label
		Files              []struct{ Path string }
		Commits            []struct{}
		Reviews            []bylaw.Review
		RequestedReviewers []string `json:"requested_reviewers"`
		Commands           []bylaw.Command
		People             json.RawMessage
	}
	var verdicts []struct {
		Policy     string
		Outcome    bylaw.Outcome
		Conclusion bylaw.Conclusion
		Headline   string
		Considered []struct {
			Who, Did, Why string
			Counted       bool
		}
	}
	err := errors.Join(json.Unmarshal(run.Snapshot, &facts), json.Unmarshal(run.Verdicts, &verdicts), k.readReport(run))
	switch {
	case err != nil || len(facts.People) == 0:
	case bytes.Contains(later.Snapshot, slices.Concat([]byte(`"people":`), facts.People, []byte(","))):
		k.people = now.people
	default:
		err = json.Unmarshal(facts.People, &k.people)
	}
	if err != nil {
		return k, fmt.Errorf("read run %s: %w", run.ID, err)
	}
	for _, v := range verdicts {
		one := bylaw.Verdict{Policy: v.Policy, Outcome: v.Outcome, Conclusion: v.Conclusion, Headline: v.Headline}
		for _, c := range v.Considered {
			one.Considered = append(one.Considered, bylaw.Considered{Who: c.Who, Did: c.Did, Why: c.Why, Counted: c.Counted})
		}
		k.verdicts = append(k.verdicts, one)
	}
	s := &k.snapshot
	s.Title, s.State, s.Draft, s.Base, s.Head, s.Labels, s.Reviews = facts.Title, facts.State, facts.Draft, facts.Base, facts.Head, facts.Labels, facts.Reviews
	s.RequestedReviewers, s.Commands, s.Commits = facts.RequestedReviewers, facts.Commands, make([]bylaw.Commit, len(facts.Commits))
	for _, f := range facts.Files {
		s.Files = append(s.Files, bylaw.File{Path: f.Path})
	}
	return k, nil
}

// headline is what a policy said in one sentence, as the check run has it.
func (k kept) headline(v bylaw.Verdict) string {
	return cmp.Or(k.titles[bylaw.CheckName+"/"+v.Policy], v.Headline)
}

// decision shows one decision.
func (s *Site) decision(v visit) error {
	run, found, err := s.Store.Run(v.r.Context(), v.r.PathValue("run"))
	if err != nil {
		return err
	}
	if !found || run.Repository != v.repository.Name || run.TakenAt.Before(v.since) {
		return errNotFound
	}
	return s.showDecision(v, run, false)
}

// pull shows the latest decision on a pull request.
func (s *Site) pull(v visit) error {
	number, err := strconv.Atoi(v.r.PathValue("number"))
	if err != nil {
		return errNotFound
	}
	run, found, err := s.Store.LatestRun(v.r.Context(), v.repository.Name, number)
	if err != nil {
		return err
	}
	if found && !run.TakenAt.Before(v.since) {
		return s.showDecision(v, run, true)
	}
	if !v.since.IsZero() { // whatever is about to come is shown when it is there
		return errNotFound
	}
	row, late, err := s.Outstanding(v.r.Context(), v.repository.Name, number)
	if err != nil {
		return err
	}
	if !late {
		return errNotFound
	}
	trail := append(s.trail(v), crumb{fmt.Sprintf("#%d", number), ""})
	return s.show(v, http.StatusOK, "pending.html", fmt.Sprintf("Pull request #%d of %s", number, v.repository.Name), trail, struct {
		Number  int
		Trouble string
	}{number, row.Trouble})
}

func (s *Site) trail(v visit) []crumb {
	return []crumb{{v.repository.Name, home(v.repository)}}
}

func (s *Site) showDecision(v visit, run store.Run, latest bool) error {
	ctx := v.r.Context()
	k, err := read(run)
	if err != nil {
		return err
	}
	p := decisionPage{
		Meta: k.meta, Snapshot: k.snapshot, Why: why(k.snapshot.Event), Repository: home(v.repository), Pull: pullPath(v.repository, run.Number), GitHub: web(k.snapshot.URL),
	}
	most := fewFacts
	if v.r.URL.Query().Get("facts") == "all" {
		most = maxRows
	} else {
		p.All = v.r.URL.EscapedPath() + "?facts=all"
	}
	if err := p.fill(k, p.Repository, most); err != nil {
		return err
	}
	if run.AuditSeq > 0 {
		entry, found, err := s.Store.AuditEntryAt(ctx, v.repository.Name, run.AuditSeq)
		if err != nil {
			return err
		}
		a := anchorOf(v.repository, run, entry, found, v.since)
		p.Anchor = &a
	}
	list, err := s.Store.Decisions(ctx, store.Decisions{Repository: v.repository.Name, Number: run.Number, Since: v.since, Limit: maxHistory + 1})
	if err != nil {
		return err
	}
	if len(list) > maxHistory {
		last := list[maxHistory-1]
		p.Older = fmt.Sprintf("%s/decisions?number=%d&before=%s", p.Repository, run.Number, url.QueryEscape(markText(store.Mark{At: last.TakenAt, ID: last.ID})))
		list = list[:maxHistory]
	}
	for _, m := range list {
		p.History = append(p.History, historyRow{m, runPath(v.repository, m.ID), m.ID == run.ID})
	}
	before, err := s.Store.Decisions(ctx, store.Decisions{
		Repository: v.repository.Name, Number: run.Number, Since: v.since, Before: store.Mark{At: run.TakenAt, ID: run.ID}, Limit: 1,
	})
	if err != nil {
		return err
	}
	if len(before) > 0 {
		old, found, err := s.Store.Run(ctx, before[0].ID)
		if err != nil {
			return err
		}
		if found { // it may have been removed in between
			then, err := readEarlier(old, run, k)
			if err != nil {
				return err
			}
			p.Before, p.Changes = &then.meta, compare(then, k)
		}
	}
	newest := len(list) == 0 || list[0].ID == run.ID
	if !newest {
		p.Latest, p.Age = p.Pull, "This is not the latest decision on the pull request."
	}
	title := fmt.Sprintf("%s · #%d of %s", cmp.Or(bylaw.PlainText(k.snapshot.Title), "Pull request"), run.Number, v.repository.Name)
	trail := append(s.trail(v), crumb{fmt.Sprintf("#%d", run.Number), p.Pull})
	if latest {
		row, late, err := s.Outstanding(ctx, v.repository.Name, run.Number)
		if err != nil {
			return err
		}
		if p.Pending = late; late {
			p.Trouble = row.Trouble
		}
	} else {
		trail = append(trail, crumb{"Decision of " + moment(run.TakenAt), ""})
		title = "Decision on " + title
	}
	return s.show(v, http.StatusOK, "decision.html", title, trail, p)
}

// fill makes the parts of the page, with at most so many rows of each sort of facts.
func (p *decisionPage) fill(k kept, local string, most int) error {
	at := placesOf(k, local)
	for _, v := range k.verdicts {
		part := at.part(v, most)
		part.Headline, part.All = k.headline(v), p.All
		part.Place = len(p.Stopping) + len(p.Met) + 1
		switch {
		case v.Conclusion != bylaw.Success:
			p.Stopping = append(p.Stopping, part)
			if len(part.Considered) > 0 {
				p.Correct = k.snapshot.Rosters
			}
			for _, login := range v.Reviewers {
				if len(p.Could) < 20 && !slices.Contains(p.Could, login) {
					p.Could = append(p.Could, login)
				}
			}
		case v.Outcome == bylaw.Accepted:
			p.Met = append(p.Met, part)
		default:
			p.Others = append(p.Others, part)
		}
	}
	slices.SortStableFunc(p.Stopping, func(a, b policyPart) int {
		return cmp.Compare(b2i(b.Conclusion.Stricter(bylaw.ActionRequired)), b2i(a.Conclusion.Stricter(bylaw.ActionRequired)))
	})
	s := &p.Snapshot
	p.Numbers = facts{len(s.Reviews), len(k.people), len(s.Files), len(s.Commits)}
	p.More = facts{Files: cut(&s.Files, most), Reviews: cut(&s.Reviews, most), Commits: cut(&s.Commits, most)}
	stances := map[string]string{bylaw.ReviewChangesRequested: "asked for changes"}
	for _, r := range s.Reviews {
		p.Reviews = append(p.Reviews, reviewRow{
			Who: bylaw.PlainText(orGhost(r.Author.Login)), Stance: bylaw.PlainText(cmp.Or(stances[r.State], r.State)), ISO: r.SubmittedAt.String(), When: moment(r.SubmittedAt.Time),
			SHA: short(r.SHA), CanPush: r.CanPush, Stale: r.Stale,
		})
	}
	var err error
	p.Cast, p.More.People, err = at.cast(k, most)
	return err
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cut leaves at most so many rows, and returns how many it takes away.
func cut[T any](rows *[]T, most int) int {
	more := len(*rows) - most
	if more <= 0 {
		return 0
	}
	*rows = (*rows)[:most]
	return more
}

// places knows where on GitHub what a decision speaks of stands.
type places struct {
	local, repository, repositoryURL, base, head string
	files                                        map[string]bool // of the pull request, and whether its head has them
	first                                        bool            // it brings the first configuration
}

// placesOf knows the places of a decision of the repository whose pages stand below local.
func placesOf(k kept, local string) places {
	at := places{local: local, base: k.snapshot.Base.SHA, head: k.snapshot.Head.SHA, repository: k.snapshot.Repository.FullName(), files: map[string]bool{}, first: k.snapshot.Governance.First}
	if u := web(k.snapshot.URL); u != "" {
		at.repositoryURL, _ = strings.CutSuffix(u, fmt.Sprintf("/pull/%d", k.snapshot.Number))
	}
	for _, f := range k.snapshot.Files {
		at.files[f.Path] = f.Status != "removed"
	}
	return at
}

// part is what a policy said, with at most so many of the people it looked at: first of all those who counted.
func (at places) part(v bylaw.Verdict, most int) policyPart {
	part := policyPart{Verdict: v}
	if bylaw.PlainText(v.Policy) == v.Policy {
		part.Link = at.local + "/policy" + path(v.Policy)
	}
	part.Rules, part.On, part.AlwaysOn = writtenRules(v), at.switchedOn(v), slices.Contains(policy.AlwaysOn, v.Policy)
	for _, f := range v.Findings {
		one := findingPart{Finding: f, Rule: web(f.Ref)}
		for _, login := range f.People {
			if !strings.Contains(f.Msg+" "+f.Fix, login) {
				one.About = append(one.About, login)
			}
		}
		if f.File != "" {
			one.Where = at.inHead(f.File, f.Line)
		}
		for _, e := range f.Evidence {
			one.Facts = append(one.Facts, at.evidence(e))
		}
		part.Findings = append(part.Findings, one)
	}
	for _, c := range v.Considered {
		if c.Counted {
			part.Counted++
		}
	}
	uncounted := most - min(part.Counted, most) // how many of them there is room for
	for _, c := range v.Considered {
		if len(part.Considered) == most || !c.Counted && uncounted == 0 {
			continue
		}
		if !c.Counted {
			uncounted--
		}
		one := consideredPart{Who: bylaw.PlainText(orGhost(c.Who)), Did: bylaw.PlainText(c.Did), Is: bylaw.PlainText(c.Is), Why: bylaw.PlainText(c.Why), Counted: c.Counted}
		for _, e := range c.Evidence {
			one.Facts = append(one.Facts, at.evidence(e))
		}
		part.Considered = append(part.Considered, one)
	}
	part.More = len(v.Considered) - len(part.Considered)
	return part
}

// writtenRules are the written rules under which a verdict stands, as links. A run that was recorded before a
// community could name its own has those of whoever first asked for a built-in policy: these are not shown as its rules.
func writtenRules(v bylaw.Verdict) []bylaw.Reference {
	if v.Source == policy.BuiltInOrigin && v.SwitchedOn.File == "" {
		return nil
	}
	return links(v.Rule)
}

// links are those that lead to a page, each with words.
func links(all []bylaw.Reference) (out []bylaw.Reference) {
	for _, r := range all {
		if r.Ref = web(r.Ref); r.Ref != "" {
			out = append(out, bylaw.Reference{Ref: r.Ref, Description: cmp.Or(r.Description, r.Ref)})
		}
	}
	return out
}

// switchedOn is the line of the configuration that switched a policy on. Where that is the first one there is, only the
// pull request has it.
func (at places) switchedOn(v bylaw.Verdict) source {
	if at.first && at.files[v.SwitchedOn.File] {
		return at.inHead(v.SwitchedOn.File, v.SwitchedOn.Line)
	}
	return at.evidence(v.SwitchedOn)
}

// evidence stands on the default branch as it was when the facts were read, or in another repository.
func (at places) evidence(e bylaw.Evidence) source {
	out := source{Text: bylaw.PlainText(e.Text)}
	if e.File == "" {
		return out
	}
	out.Place = bylaw.PlainText(place(e.File, e.Line))
	repository, file := at.repositoryURL, e.File
	if name, rest, elsewhere := strings.Cut(e.File, " "); elsewhere {
		if !validName(name) {
			return out
		}
		var found bool
		if repository, found = strings.CutSuffix(at.repositoryURL, at.repository); !found {
			return out
		}
		repository, file = repository+name, rest
		out.Link = blob(repository, "HEAD", file, e.Line)
		return out
	}
	out.Link = blob(repository, at.base, file, e.Line)
	return out
}

func (at places) inHead(file string, line int) source {
	revision := at.base
	if at.files[file] {
		revision = at.head
	}
	return source{Place: bylaw.PlainText(place(file, line)), Link: blob(at.repositoryURL, revision, file, line)}
}

func place(file string, line int) string {
	if line > 0 {
		return fmt.Sprintf("%s:%d", file, line)
	}
	return file
}

// blob is the address of a line of a file; "" where GitHub's is not known, and of a file whose name could not be
// shown as it is.
func blob(repository, revision, file string, line int) string {
	if repository == "" || revision == "" || bylaw.PlainText(file) != file {
		return ""
	}
	parts := strings.Split(file, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	out := repository + "/blob/" + url.PathEscape(revision) + "/" + strings.Join(parts, "/")
	if line > 0 {
		out += fmt.Sprintf("?plain=1#L%d", line)
	}
	return out
}

// cast lists everybody concerned first: who made the change, then who reviewed it, then the others. Only of those
// who are shown it reads whom they work for.
func (at places) cast(k kept, most int) (cast []person, more int, err error) {
	called := map[string]string{}
	for _, o := range k.snapshot.Organizations {
		called[o.ID] = o.Name
	}
	reviewed := map[string]bool{}
	for _, r := range k.snapshot.Reviews {
		reviewed[strings.ToLower(r.Author.Login)] = true
	}
	part := func(p somebody) string {
		switch {
		case p.Part == bylaw.PartOpened:
			return "opened it"
		case p.Part == bylaw.PartPushed:
			return "pushed to it"
		case p.Part == bylaw.PartNamed:
			return "named in a commit"
		case reviewed[strings.ToLower(p.Login)]:
			return "reviewed it"
		}
		return "could review it"
	}
	all := slices.Clone(k.people)
	slices.SortStableFunc(all, func(a, b somebody) int {
		return cmp.Or(cmp.Compare(parts[part(a)], parts[part(b)]), cmp.Compare(strings.ToLower(a.Login), strings.ToLower(b.Login)))
	})
	more = cut(&all, most)
	for _, one := range all {
		var roles []bylaw.Role
		var affiliations []bylaw.Affiliation
		for _, part := range []struct {
			data []byte
			into any
		}{{one.Roles, &roles}, {one.Affiliations, &affiliations}} {
			if len(part.data) == 0 { // of a run that an early version has kept
				continue
			}
			if err := json.Unmarshal(part.data, part.into); err != nil {
				return nil, 0, fmt.Errorf("read people of run %s: %w", k.meta.ID, err)
			}
		}
		p := person{Login: bylaw.PlainText(orGhost(one.Login)), Part: part(one)}
		p.Roles = bylaw.PlainText(strings.Join(names(roles, func(r bylaw.Role) string { return r.Name }), ", "))
		if one.Kind == bylaw.KindBot {
			p.Part += " (a program)"
		}
		for _, a := range affiliations {
			p.Jobs = append(p.Jobs, at.job(a, called))
		}
		cast = append(cast, p)
	}
	return cast, more, nil
}

// parts are the parts that somebody can have, in the order of the page.
var parts = map[string]int{"opened it": 1, "pushed to it": 2, "named in a commit": 3, "reviewed it": 4, "could review it": 5}

// sources are the sources of affiliations in words.
var sources = map[string]string{
	bylaw.SourceDeclared: "declared in the community's own file", bylaw.SourceDeclaredStale: "declared, without a date or not reviewed lately",
	bylaw.SourceRoster: "a roster", bylaw.SourceEmail: "domain of a commit's address", bylaw.SourceGitdmStrict: "collected by others, with dates",
	bylaw.SourceGitdmOpen: "collected by others, open-ended", bylaw.SourceGitdmUndated: "collected by others, without dates", bylaw.SourceProfile: "their own profile",
}

func (at places) job(a bylaw.Affiliation, names map[string]string) job {
	var out job
	says := cmp.Or(sources[a.Source], a.Source)
	switch a.Kind {
	case bylaw.AffiliationEmployer:
		out.Organization = cmp.Or(names[a.Organization], a.Organization)
	case bylaw.AffiliationIndependent:
		out.Organization = "independent"
	case bylaw.AffiliationUndisclosed:
		out.Organization = "does not say"
	case bylaw.AffiliationAmbiguous:
		out.Organization = "more than one is meant by the name"
	default:
		out.Organization = "not known"
	}
	switch {
	case a.Proposed:
		says += "; only in this pull request's version"
	case a.Former:
		says += "; no longer there"
	}
	out.Organization = bylaw.PlainText(out.Organization)
	out.Rest = bylaw.PlainText(fmt.Sprintf("%s (%s)", interval(a.From, a.Until), says))
	out.Where = at.evidence(bylaw.Evidence{File: a.File, Line: a.Line, Text: a.Evidence})
	return out
}

// markText and markOf write and read a place in a list as it stands in an address.
func markText(m store.Mark) string { return fmt.Sprintf("%d.%s", m.At.UnixMilli(), m.ID) }

func markOf(text string) store.Mark {
	at, id, _ := strings.Cut(text, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || ms <= 0 {
		return store.Mark{}
	}
	return store.Mark{At: time.UnixMilli(ms).UTC(), ID: id}
}
