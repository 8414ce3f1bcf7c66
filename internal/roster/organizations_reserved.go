package roster

import (
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// What [Classify] says beside the kinds of an affiliation.
const (
	NameUnknown = "unknown" // the text says nothing: N/A, none, a dash, a blank
	NameBot     = "bot"     // gitdm's "(Robots)" and stackalytics' "*robots"
)

// Classify says what stands in the column of the employer: [bylaw.AffiliationEmployer] for a name,
// [bylaw.AffiliationIndependent] for somebody who works for nobody, [bylaw.AffiliationUndisclosed] for an
// employer that is not told, [NameUnknown] or [NameBot]. Words are compared as names are, whole: a company
// called Independent Tickets is an employer. Of what only says that nothing was filled in (N/A, none)
// nobody can conclude independence, so that is unknown.
func Classify(name string) string {
	name = strings.TrimSpace(name)
	switch strings.ToLower(name) {
	case "(robots)", "*robots":
		return NameBot
	}
	if kind := reservedKind(name); kind != "" {
		return kind
	}
	// "N/A (fresh graduate)", "Independent (formerly Acme)": what stands in parentheses explains.
	before, reason, explained := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	kind := reservedKind(before)
	switch {
	case !explained || kind == "" || strings.TrimSpace(before) == "":
		return bylaw.AffiliationEmployer
	case kind == NameUnknown && reservedKind(reason) != "":
		return reservedKind(reason)
	}
	return kind
}

// reservedKind is the kind of a word that is no employer's name, or "".
func reservedKind(name string) string {
	k := key(name)
	if k == "" {
		return NameUnknown
	}
	return reserved[k]
}

// reserved holds, by key, the words that people write where an employer should stand. Most were
// collected from real sign-ups, misspellings included.
var reserved = reservedWords(map[string]string{
	bylaw.AffiliationIndependent: `
		independent; *independent; independants; independant; independemt; independen; independenr; independenti;
		independeny; independenyt; independet; independnent; independnet; independnt; independent user;
		independent user - unaffiliated; independent developer; independent consultant; independent consulting;
		independent contractor; independent contributor; independent researcher;
		individual; individuals; individual contributor; individual developer; individual - no account;
		unaffiliated; unaffiliate; unaffiliation; unaffiliated student; no affiliation; not affiliated;
		unaffeliated; unaffialiated; unafficated; unaffilaited; unaffilated; unaffiliaited; unaffiliatd; unaffilicated;
		unaffilinated; unaffilited; unaffillated; unaffilliated; unaffliated; unafflicated; unaffliliated; unafiliated;
		unafillated; unafilliated;
		self; myself; self employed; selfemployed; self employeed; self study; self-funded;
		freelance; freelancer; freelancers; freelancing; freelance consulting; freelance developer; freelance it specialist;
		personal; personal project; personal projects; personal user; hobby; hobbyist; volunteer;
		student; fresh graduate; retired; retired life; retired at n/a; unemployed; between jobs; not employed;
		career break; sabbatical; sabbatical break;
		个人; 個人; 自由职业; 自由职业者; 学生; フリーランス; 프리랜서`,
	bylaw.AffiliationUndisclosed: `
		undisclosed; not disclosed; confidential; private; secret; nda; under nda; prefer not to say; stealth; stealth mode;
		stealth startup; stealth mode startup; in stealth mode; unable to use current affiliation name`,
	NameUnknown: `
		unknown; not found; n/a; n.a.; na; n/a full-time; none; no; no company; nil; null; nan; undefined; blank; empty; missing;
		not applicable; not available; not provided; not specified; unspecified; not listed; tbd; tba; to be filled; to be determined;
		xxx; other; others; various; misc; consultant; contractor; startup; 没有; 沒有; 无; 無; なし; 없음; нет`,
})

func reservedWords(lists map[string]string) map[string]string {
	kinds := map[string]string{}
	for kind, list := range lists {
		for word := range strings.SplitSeq(list, ";") {
			kinds[key(word)] = kind
		}
	}
	return kinds
}
