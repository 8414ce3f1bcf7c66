package roster

import "testing"

func TestProfile(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"Acme":                          {"employer", "Acme"},
		" Acme\u200b ":                  {"employer", "Acme"},
		"@acme":                         {"employer", "@acme"},
		"@acme ":                        {"employer", "@acme"},
		"Acme, Inc.":                    {"employer", "Acme, Inc."},
		"Anders and":                    {"employer", "Anders and"},
		"Sandman":                       {"employer", "Sandman"},
		"*Independent":                  {"independent", ""},
		"Acme @robots":                  {"ambiguous", ""},
		"acme and @gadgets":             {"ambiguous", ""},
		"acme-dev, @globex, @initech":   {"ambiguous", ""},
		"Acme AND Globex":               {"ambiguous", ""},
		"Acme via Globex":               {"ambiguous", ""},
		"Acme, Independent":             {"ambiguous", ""},
		"":                              {"", ""},
		" , @":                          {"", ""},
		"n/a":                           {"", ""},
		"(Robots)":                      {"", ""},
		"[Acme](https://acme.example),": {"employer", "[Acme](https://acme.example)"},
	} {
		if kind, name := Profile(text); kind != want[0] || name != want[1] {
			t.Errorf("%q: got %q %q, want %q", text, kind, name, want)
		}
	}
}
