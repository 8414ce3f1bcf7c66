package document

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type named struct {
	Name string `json:"name"`
}

type settings struct {
	named
	Version  int             `json:"version"`
	Strict   bool            `json:"strict"`
	Ratio    float64         `json:"ratio"`
	Small    uint8           `json:"small"`
	Members  []named         `json:"members"`
	Policies map[string]int  `json:"policies"`
	Limit    *int            `json:"limit"`
	Extra    any             `json:"extra"`
	Since    month           `json:"since"`
	Hidden   string          `json:"-"`
	Flags    map[string]bool `json:"flags,omitempty"`
}

type month struct{ time.Time }

func (m *month) UnmarshalText(text []byte) error {
	at, err := time.Parse("2006-01", string(text))
	if err != nil {
		return errors.New("write a month as 2024-01")
	}
	m.Time = at
	return nil
}

func TestDecode(t *testing.T) {
	t.Parallel()
	doc, err := Read("f.yml", YAML, []byte(`
name: a
version: 1
strict: true
ratio: 2
small: 255
members: [{name: alice}, {name: bob}]
policies: {p: 1}
limit: 3
extra: [1, x]
since: 2024-03
`))
	if err != nil {
		t.Fatal(err)
	}
	got := settings{Hidden: "kept"}
	if errs := doc.Decode(&got); len(errs) > 0 {
		t.Fatal(errs)
	}
	want := settings{
		named: named{"a"}, Version: 1, Strict: true, Ratio: 2, Small: 255, Members: []named{{"alice"}, {"bob"}},
		Policies: map[string]int{"p": 1}, Limit: new(3), Extra: []any{int64(1), "x"}, Hidden: "kept",
		Since: month{time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(settings{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecodeReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	doc, err := Read("f.yml", YAML, []byte(`polices: {}
version: 1.5
strict: yes
name: 12
members:
  - name: alice
    nmae: x
  - bob
ratio:
small: 256
Since: 2024-01
zzz: 1
flags: {a: 1}
since: 2024-01-31
limit:
policies: []
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range doc.Decode(&settings{}) {
		got = append(got, e.Error())
	}
	want := []string{
		`f.yml:1: there is no key "polices" here (did you mean "policies"?)`,
		`f.yml:2: "version" must be a whole number, but it is a number`,
		`f.yml:3: "strict" must be true or false, but it is the text "yes"`,
		`f.yml:4: "name" must be text, but it is a number (put it in quotes)`,
		`f.yml:7: there is no key "nmae" here (did you mean "name"?)`,
		`f.yml:8: item 2 of "members" must be a mapping, but it is the text "bob"`,
		`f.yml:9: "ratio" must be a number, but it is empty (give it a value, or remove it)`,
		`f.yml:10: "small" is negative or too large`,
		`f.yml:11: there is no key "Since" here (did you mean "since"?)`,
		`f.yml:12: there is no key "zzz" here (the keys here are name, version, strict, ratio, small, members, policies, limit, extra, since, flags)`,
		`f.yml:13: "a" must be true or false, but it is a number`,
		`f.yml:14: "since": write a month as 2024-01`,
		`f.yml:16: "policies" must be a mapping, but it is a list`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecodeOfAnEmptyFile(t *testing.T) {
	t.Parallel()
	doc, err := Read("f.yml", YAML, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []*Error{{Path: "f.yml", Line: 1, Msg: "the file must be a mapping, but it is empty", Hint: "give it a value, or remove it"}}
	if diff := cmp.Diff(want, doc.Decode(&settings{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"policies", "rosters", "version", "at", "business_days"}
	for word, want := range map[string]string{
		"polices": "policies", "Policies": "policies", "roster": "rosters", "verison": "version", "ta": "at",
		"business-days": "business_days", "businessdays": "business_days", "x": "", "organization": "", "": "", "ab": "at", "cat": "at",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("Nearest(%q): want %q, got %q", word, want, got)
		}
	}
}
