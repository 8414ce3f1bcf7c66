package roster

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// login reads a login as people write it: with "@", as an address of GitHub, or with white space. It
// returns "" for what cannot be a login, and reports it.
func (r *reading) login(text string, line int) string {
	login := r.visible(text, line)
	if rest, ok := profile(login); ok {
		login = rest
	}
	bare := strings.TrimPrefix(login, "@")
	switch {
	case bare == "":
		r.warn(line, "no-login", "write the login on GitHub: nobody is found by a name", "the login is missing")
		return ""
	case loginPattern.MatchString(bare):
		return bare
	case strings.IndexFunc(bare, func(c rune) bool { return c > unicode.MaxASCII }) >= 0 && !strings.Contains(bare, " "):
		r.warn(line, "look-alike", "write the login as it stands in the address of the profile", "%q is not a GitHub login: it holds letters that a login cannot have", bare)
	default:
		r.warn(line, "login", "write the login as it stands in the address of the profile", "%q is not a GitHub login", bare)
	}
	return ""
}

// visible removes characters that show nothing, and white space at both ends and doubled. It reports
// both.
func (r *reading) visible(text string, line int) string {
	shown := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Cf, c) || c == '\u3164' {
			return -1
		}
		return c
	}, text)
	if shown != text {
		r.warn(line, "hidden", "delete and write the word again", "%q holds a character that cannot be seen", text)
	}
	plain := strings.Join(strings.Fields(shown), " ")
	if plain != shown {
		r.warn(line, "white-space", "write "+fmt.Sprintf("%q", plain), "%q has white space to spare", shown)
	}
	return plain
}

// profile returns the login in the address of a profile on GitHub.
func profile(url string) (string, bool) {
	rest := url
	for _, scheme := range []string{"https://", "http://"} {
		rest = strings.TrimPrefix(rest, scheme)
	}
	rest = strings.TrimPrefix(rest, "www.")
	host, login, ok := strings.Cut(rest, "/")
	if !ok || !strings.EqualFold(host, "github.com") {
		return "", false
	}
	login, _, _ = strings.Cut(login, "?")
	login = strings.TrimRight(strings.TrimPrefix(login, "@"), "/")
	return login, loginPattern.MatchString(login) && !strings.EqualFold(login, "orgs")
}

// domain returns the domain of an e-mail address, in lower case. Those that GitHub gives to everybody
// say nothing, and are "".
func domain(address string) string {
	i := strings.LastIndexAny(address, "@!")
	if i < 0 {
		return ""
	}
	d := strings.ToLower(strings.Trim(address[i+1:], " <>."))
	if d == "users.noreply.github.com" || !strings.Contains(d, ".") || strings.ContainsAny(d, " /\\\"'<>()[]{},;:") {
		return ""
	}
	return d
}

// domains are those of several addresses.
func domains(addresses ...string) []string {
	var out []string
	for _, a := range addresses {
		out = withDomains(out, domain(a))
	}
	return out
}

// maxDomains bounds the domains of one person.
const maxDomains = 100

func withDomains(list []string, more ...string) []string {
	if len(list) >= maxDomains {
		return list
	}
	return union(list, more)
}

// union appends those of more that are not in list.
func union(list, more []string) []string {
	for _, s := range more {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
