package check

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// addPeople completes the snapshot with everybody concerned, and with everybody in a roster, or in a
// team that a policy names, who may write to the repository and so could review. Where it is not known
// who may (reading.Pushers is nil), everybody in a roster is taken to be able to. proposed is what the
// rosters would say after the pull request; nil when it does not touch them.
func addPeople(s *bylaw.Snapshot, book roster.Book, proposed *roster.Book, reading bylaw.Reading) {
	p := people{snapshot: s, book: book, proposed: proposed, byLogin: map[string]*bylaw.Person{}}
	p.add(s.Author)
	p.add(s.MergedBy)
	for _, c := range s.Commits {
		for _, a := range c.Authors {
			p.add(bylaw.Account{Login: a.Login, ID: a.ID, Kind: kindOf(a.Login)})
		}
	}
	p.add(bylaw.Account{Login: s.Head.PushedBy, Kind: kindOf(s.Head.PushedBy)})
	for _, r := range s.Reviews {
		p.add(r.Author)
		if person := p.byLogin[strings.ToLower(r.Author.Login)]; person != nil && r.CanPush {
			person.CanPush = true
		}
	}
	for _, login := range s.RequestedReviewers {
		p.add(bylaw.Account{Login: login, Kind: kindOf(login)})
	}
	for _, l := range s.Labels {
		p.add(bylaw.Account{Login: l.SetBy, Kind: kindOf(l.SetBy)})
	}
	for _, c := range s.Commands {
		p.add(c.Who)
	}
	for _, e := range s.Governance.Entries {
		p.add(bylaw.Account{Login: e.Login, Kind: kindOf(e.Login)})
	}
	known, logins := map[string]bool{}, book.Logins()
	for _, login := range logins {
		known[strings.ToLower(login)] = true
	}
	pushers, inTeam := reading.Pushers, loginsOf(s.Teams)
	if pushers == nil {
		for _, login := range logins {
			pushers = append(pushers, bylaw.Account{Login: login, Kind: kindOf(login)})
		}
	}
	for i, a := range pushers {
		if a.Login == "" {
			continue
		}
		nobodyKnown := len(known) == 0 && i < fewPushers // without a roster any of them could be asked
		if login := strings.ToLower(a.Login); known[login] || inTeam[login] || p.byLogin[login] != nil || nobodyKnown {
			p.add(a)
			p.byLogin[login].CanPush = true
		}
	}
	p.takePart()
	for _, login := range slices.Sorted(maps.Keys(p.byLogin)) { // only now all numbers are known by which people are joined
		p.know(p.byLogin[login])
	}
	p.forget()
	p.addCommitEvidence()
	p.addProfiles(reading.Profiles)
	p.addActivity(reading.Active)
	s.People = []bylaw.Person{}
	for _, person := range p.byLogin {
		s.People = append(s.People, *person)
	}
	slices.SortFunc(s.People, func(a, b bylaw.Person) int { return cmp.Compare(strings.ToLower(a.Login), strings.ToLower(b.Login)) })
	s.Organizations = p.organizations
}

// fewPushers is how many of those who may write to a repository are named where no roster says who is
// who.
const fewPushers = 50

type people struct {
	snapshot      *bylaw.Snapshot
	book          roster.Book
	proposed      *roster.Book
	byLogin       map[string]*bylaw.Person // by login in lower case
	organizations []bylaw.Organization
}

// kindOf guesses the kind of an account of which only the login is known, as GitHub forms logins.
func kindOf(login string) string {
	if strings.HasSuffix(login, "[bot]") {
		return bylaw.KindBot
	}
	return bylaw.KindUser
}

func (p *people) add(a bylaw.Account) {
	login := strings.ToLower(a.Login)
	if login == "" {
		return
	}
	if known := p.byLogin[login]; known != nil {
		known.ID = cmp.Or(known.ID, a.ID)
		return
	}
	p.byLogin[login] = &bylaw.Person{Login: a.Login, ID: a.ID, Kind: a.Kind, Part: bylaw.PartNone}
}

// know adds what the rosters say of somebody.
func (p *people) know(person *bylaw.Person) {
	at := p.snapshot.TakenAt.Time
	roles, affiliations, organizations := p.book.Person(person.Login, person.ID, at)
	if p.proposed != nil && !p.book.Removed.Has(person.Login, person.ID) {
		_, after, more := p.proposed.Person(person.Login, person.ID, at)
		for _, next := range after {
			if !slices.ContainsFunc(affiliations, func(now bylaw.Affiliation) bool { return sameAffiliation(now, next) }) {
				next.Proposed = true
				affiliations = append(affiliations, next)
			}
		}
		organizations = append(organizations, more...)
	}
	p.organizations = append(p.organizations, organizations...)
	person.Roles, person.Affiliations, person.AwayUntil = roles, affiliations, p.book.AwayUntil(person.Login, person.ID)
}

// takePart notes who had which part in the change, the best known last.
func (p *people) takePart() {
	note := func(login, part string) {
		if person := p.byLogin[strings.ToLower(login)]; person != nil {
			person.Part = part
		}
	}
	for _, c := range p.snapshot.Commits {
		for _, a := range c.Authors {
			note(a.Login, bylaw.PartNamed)
		}
	}
	note(p.snapshot.Head.PushedBy, bylaw.PartPushed)
	note(p.snapshot.Author.Login, bylaw.PartOpened)
}

// sameAffiliation compares what two entries say, wherever they stand.
func sameAffiliation(a, b bylaw.Affiliation) bool {
	return a.Kind == b.Kind && a.Organization == b.Organization && a.From == b.From && a.Until == b.Until && a.Source == b.Source
}

// forget takes the domains of people of whom nothing is told out of the commits.
func (p *people) forget() {
	if len(p.book.Removed) == 0 {
		return
	}
	p.snapshot.Commits = slices.Clone(p.snapshot.Commits)
	for i := range p.snapshot.Commits {
		c := &p.snapshot.Commits[i]
		c.Authors = slices.Clone(c.Authors)
		for j := range c.Authors {
			p.forgetDomain(&c.Authors[j])
		}
		p.forgetDomain(&c.Committer)
	}
}

func (p *people) forgetDomain(a *bylaw.Author) {
	person := p.byLogin[strings.ToLower(a.Login)]
	if p.book.Removed.Has(a.Login, a.ID) || person != nil && p.book.Removed.Has(person.Login, person.ID) {
		a.Domain = ""
	}
}

// addCommitEvidence notes whose commits carry an e-mail address of an organization. Anybody can write
// any address into a commit, so this is evidence that can only add a conflict.
func (p *people) addCommitEvidence() {
	for _, c := range p.snapshot.Commits {
		for _, a := range c.Authors {
			org, ok := p.book.Organizations.OfDomain(a.Domain)
			if !ok {
				continue
			}
			person := p.byLogin[strings.ToLower(a.Login)]
			if person == nil { // nobody's account: it widens who the author may work for
				person = p.byLogin[strings.ToLower(p.snapshot.Author.Login)]
			}
			if person == nil || p.book.Removed.Has(person.Login, person.ID) {
				continue
			}
			evidence := bylaw.Affiliation{Kind: bylaw.AffiliationEmployer, Organization: org.ID, Source: bylaw.SourceEmail, Rank: bylaw.Rank(bylaw.SourceEmail), Evidence: "commit e-mail at " + a.Domain}
			if !slices.Contains(person.Affiliations, evidence) {
				person.Affiliations = append(person.Affiliations, evidence)
				p.organizations = append(p.organizations, org)
			}
		}
	}
}
