package roster

import "strings"

func isCodeowners(file string, _ []byte) bool { return named(file, "codeowners", "codeowners.in") }

// readCodeowners reads who owns which files. Teams are not people and are left out; which of several
// patterns holds for a file is GitHub's to say.
// https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
func readCodeowners(r *reading) {
	text, ok := r.text(3 << 20) // GitHub's own limit
	if !ok {
		return
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
		words := strings.Fields(strings.ReplaceAll(line, `\ `, "\x00"))
		if len(words) == 0 {
			continue
		}
		pattern := strings.ReplaceAll(words[0], "\x00", " ")
		for _, word := range words[1:] {
			owner, account := strings.CutPrefix(word, "@")
			switch {
			case account && strings.Contains(owner, "/"): // a team
			case account:
				r.add(Person{Login: r.login(owner, n), Line: n, Roles: roleOf("code owner", pattern)})
			case strings.Contains(owner, "@"):
				r.warn(n, "no-login", "write the login on GitHub: nobody is found by an address", "an owner is given by an e-mail address")
			default:
				r.warn(n, "at-sign", "write \"@\" before the login", "%q is not an owner: GitHub skips the line", owner)
			}
		}
	}
}
