package judge

import (
	"encoding/json"
	"strings"
	"testing"
)

const pullRequest = `query($owner: String!, $name: String!, $size: Int = 50) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: 7) {
      title createdAt isDraft
      author { __typename login ... on User { company } }
      reviews(first: $size) { nodes { state submittedAt ...by } }
    }
  }
}
fragment by on PullRequestReview { author { login ... on User { name } } }`

var acme = map[string]any{"owner": "acme", "name": "widgets"}

func TestQuery(t *testing.T) {
	t.Parallel()
	schema := Schema(t)
	replaced := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(pullRequest) }
	with := func(name string, value any) map[string]any {
		return map[string]any{"owner": "acme", "name": "widgets", name: value}
	}
	for name, test := range map[string]struct {
		text      string
		variables map[string]any
		want      string
	}{
		"good":                  {pullRequest, acme, ""},
		"size given":            {pullRequest, with("size", 100), ""},
		"field misspelt":        {replaced("isDraft", "draft"), acme, `Cannot query field "draft"`},
		"variable missing":      {pullRequest, map[string]any{"owner": "acme"}, "must be defined"},
		"variable of no use":    {pullRequest, with("nmae", "widgets"), "$nmae is not declared"},
		"variable of no type":   {pullRequest, with("size", "many"), "size"},
		"101":                   {pullRequest, with("size", 101), "must be 1 to 100"},
		"nothing":               {replaced("$size)", "0)", ", $size: Int = 50", ""), acme, "must be 1 to 100"},
		"no size":               {replaced("(first: $size)", "", ", $size: Int = 50", ""), acme, "needs first or last"},
		"too many nodes":        {`{ search(type: ISSUE, query: "x", first: 100) { nodes { ... on PullRequest { commits(first: 100) { nodes { commit { authors(first: 100) { totalCount } } } } } } } }`, nil, "at most 500000"},
		"two operations":        {`query a { viewer { login } } query b { viewer { login } }`, nil, "2 operations"},
		"mutation, wrong state": {`mutation { createCheckRun(input: {repositoryId: "R_1", name: "bylaw", headSha: "` + sha + `", conclusion: GREEN}) { checkRun { id } } }`, nil, "GREEN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var heard []string
			for _, fault := range Query(schema, test.text, test.variables) {
				heard = append(heard, fault.Error())
			}
			expect(t, heard, "", test.want)
		})
	}
}

func TestJudgeOfGraphQL(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(map[string]any{"query": pullRequest, "variables": acme})
	if err != nil {
		t.Fatal(err)
	}
	const good = `{"data":{"repository":{"pullRequest":{"title":"Fix","createdAt":"2026-01-02T03:04:05Z","isDraft":false,` +
		`"author":{"__typename":"User","login":"alice","company":null},` +
		`"reviews":{"nodes":[{"state":"APPROVED","submittedAt":null,"author":{"login":"bob","name":"Bob"}},null]}}}}}`
	for name, test := range map[string]struct{ old, new, want string }{
		"good":                    {"", "", ""},
		"a bot has no company":    {`"User","login":"alice","company":null`, `"Bot","login":"alice"`, ""},
		"a user has":              {`,"company":null`, ``, `/author: "company" is missing`},
		"type not known":          {`,"name":"Bob"`, ``, ""},
		"no such type":            {`"__typename":"User"`, `"__typename":"Repository"`, "is no Actor"},
		"field missing":           {`"title":"Fix",`, ``, `/pullRequest: "title" is missing`},
		"field nobody asked for":  {`"title":"Fix",`, `"title":"Fix","body":"",`, `nobody asked for "body"`},
		"null where there is one": {`"title":"Fix"`, `"title":null`, "/pullRequest/title: is null"},
		"enum of our own":         {`"APPROVED"`, `"approved"`, "/reviews/nodes/0/state"},
		"time of our own":         {`"2026-01-02T03:04:05Z"`, `"yesterday"`, "/createdAt"},
		"errors and no data":      {good, `{"errors":[{"message":"Something went wrong"}]}`, ""},
		"neither":                 {good, `{}`, "neither data nor errors"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heard := verdict(t, exchange{
				method: "POST", path: "/graphql", body: string(body),
				status: 200, answer: strings.Replace(good, test.old, test.new, 1),
			})
			expect(t, heard, "response", test.want)
		})
	}
}

func TestJudgeRefusesQueryOverHTTP(t *testing.T) {
	t.Parallel()
	heard := verdict(t, exchange{
		method: "POST", path: "/graphql", body: `{"query":"{ viewer { lgoin } }"}`,
		status: 200, answer: `{"errors":[{"message":"Field 'lgoin' doesn't exist on type 'User'"}]}`,
	})
	expect(t, heard, "request", `Cannot query field "lgoin"`)
}
