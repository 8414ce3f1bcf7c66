package policy

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
)

// A fact that is not there, or of another kind, is an error and never an empty answer, with which somebody
// could pass for an outsider.
func TestAFunctionOfTheLibraryGivesNoAnswerWithoutItsFacts(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		`bylaw.employers({"login": "alice"}, "", "")`,
		`bylaw.employers({"login": "alice", "affiliations": null}, "", "")`,
		`bylaw.employers({"login": "alice", "affiliations": [{"kind": "employer"}]}, "", "")`,
		`bylaw.authors([{"login": "alice", "kind": "user"}])`,
		`bylaw.authors("alice")`,
		`bylaw.stances([{"author": {"login": "alice"}}])`,
		`bylaw.stances_by_state([{"author": {"login": "alice"}}])`,
		`bylaw.spans({"bob": {}}, "")`,
		`bylaw.grouped({"bob": {}}, ["standing"])`,
		`bylaw.grouped([], ["standing"])`,
		`bylaw.best_rank([{"organization": "acme"}], {"acme"})`,
		`bylaw.weakest_ranks({"bob": {"shared": set()}}, [])`,
		`bylaw.weakest_ranks({"bob": {"shared": {"acme"}, "affiliations": [{"organization": "acme"}]}}, [])`,
		`bylaw.all_with("alice", 1)`,
		`bylaw.considered([], {}, {"bob": {"employers": set(), "affiliations": []}}, {"bob": ""}, set(), {})`,
		`bylaw.with_near([], ["acme"], {"merged"}, "", "")`,
		`bylaw.position({"login": "alice", "affiliations": []}, {"known": true})`,
		`bylaw.positions([], {})`,
		`bylaw.positions_between({"bob": {"login": "bob", "affiliations": []}}, [], {"bob": "2026-03-10"})`,
		`bylaw.by_login([{"login": "Bob", "id": 1}, {"login": "bob", "id": 2}])`,
		`bylaw.in_a_row(["alice", 7])`,
		`bylaw.column([{"line": 1}, {}], "line")`,
		`bylaw.where([{}], "line", {1})`,
		`bylaw.places("alice", {1})`,
		`bylaw.places([1], [1])`,
		`bylaw.elements([1, 2], {2})`,
		`bylaw.elements([1, 2], {0.5})`,
		`bylaw.elements([1, 2], {"0"})`,
		`bylaw.as_set("alice")`,
		`bylaw.matching("(", ["a"])`,
		`bylaw.matching("a", [7])`,
		`bylaw.touched([{"path": "a"}], ["a"])`,
		`bylaw.touched([{"path": "a", "previous_path": ""}], [7])`,
		`bylaw.new_lines(["a"], [7])`,
		`bylaw.linked([{"links": [{"url": ""}]}])`,
		`bylaw.leading_links([{"text": "a", "links": [{"url": ""}]}])`,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			results, err := rego.New(rego.Query(query), Functions, rego.StrictBuiltinErrors(true)).Eval(t.Context())
			if err == nil {
				t.Errorf("it gives %v, want an error", results)
			}
		})
	}
}
