package check

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// addOrganizations names the organizations that changed files and disclosures are about, and tells of
// every organization of the snapshot what the community has written of it. The people must be there.
func addOrganizations(s *bylaw.Snapshot, book roster.Book, same roster.Same) {
	all := map[string]bylaw.Organization{}
	for _, org := range s.Organizations {
		all[org.ID] = org
	}
	s.Files = slices.Clone(s.Files)
	words := map[string]string{} // id of the organization of that name, "" for none
	for i := range s.Files {
		f := &s.Files[i]
		f.Organizations = []string{}
		for _, word := range slices.Concat(namesOn(f.Path), namesOn(f.PreviousPath)) {
			id, asked := words[word]
			if !asked {
				if org, ok := book.Namesake(word); ok {
					id, all[org.ID] = org.ID, org
				}
				words[word] = id
			}
			if id != "" && !slices.Contains(f.Organizations, id) {
				f.Organizations = append(f.Organizations, id)
			}
		}
		slices.Sort(f.Organizations)
	}
	s.Commands = slices.Clone(s.Commands)
	for i := range s.Commands {
		c := &s.Commands[i]
		c.Organization = ""
		if name, ok := disclosed(*c); ok {
			org := book.Organizations.Of(name)
			c.Organization, all[org.ID] = org.ID, org
		}
	}
	s.Organizations = []bylaw.Organization{}
	var ids []string
	for id, org := range all {
		if known, ok := book.Organizations.Known(id); ok { // not what a proposed file says of it
			org = known
		}
		s.Organizations = append(s.Organizations, org)
		ids = append(ids, id)
	}
	near := book.Organizations.Near(ids, same)
	for i := range s.Organizations {
		s.Organizations[i].Near = near[s.Organizations[i].ID]
	}
	slices.SortFunc(s.Organizations, func(a, b bylaw.Organization) int { return cmp.Compare(a.ID, b.ID) })
}

// namesOn are the names on a path that can be those of an organization: of its folders, and of the file
// without its extension. Names with a leading dot belong to tools, such as .github.
func namesOn(file string) []string {
	names := strings.Split(file, "/")
	last := len(names) - 1
	if !strings.HasPrefix(names[last], ".") {
		names[last] = strings.TrimSuffix(names[last], path.Ext(names[last]))
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" || strings.HasPrefix(name, ".") })
}

// disclosed is the name of the organization that a command discloses, if it does. "hard" and "soft" begin
// a disclosure of a conflict in words.
func disclosed(c bylaw.Command) (string, bool) {
	words := strings.Fields(c.Arguments)
	if c.Name != "disclose" || len(words) == 0 {
		return "", false
	}
	first := strings.TrimRight(words[0], ":,;.")
	if strings.EqualFold(first, "hard") || strings.EqualFold(first, "soft") {
		return "", false
	}
	return c.Arguments, roster.Classify(c.Arguments) == bylaw.AffiliationEmployer
}

// sameOf is what the configuration says of relations, as rosters need it. What it does not say, or says in
// words that reading has refused, is the default.
func sameOf(relations map[string]policy.Setting[string]) roster.Same {
	var same roster.Same
	for kind, to := range map[string]*roster.Sameness{
		roster.Acquired: &same.Acquired, roster.Subsidiary: &same.Subsidiary,
		roster.Division: &same.Division, roster.PaysFor: &same.PaysFor,
	} {
		if to.UnmarshalText([]byte(relations[kind].Value)) != nil {
			*to = roster.ByDefault
		}
	}
	return same
}
