package policy

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// allowed are the built-in functions that a policy may call. It is a list of what is allowed, not of
// what is forbidden, so that a built-in function of a later OPA stays out until somebody decides.
//
// Left out: everything with I/O, a clock or randomness; cryptography; what cannot be bounded by a
// time-out (bits.lsh, numbers.range, regex.find_n, graph.reachable_paths, ...); walk, which makes
// policies that nobody can read.
var allowed = strings.Fields(`
	abs all array.concat array.flatten array.reverse array.slice assign
	ceil concat contains count crypto.sha256
	div endswith eq equal floor format_int glob.match glob.quote_meta gt gte hex.encode
	indexof internal.member_2 internal.member_3 internal.print internal.template_string internal.test_case intersection
	is_array is_boolean is_null is_number is_object is_set is_string
	json.filter json.marshal json.remove json.unmarshal
	lower lt lte max min minus mul neq
	object.filter object.get object.keys object.remove object.subset object.union object.union_n
	or and plus print product
	regex.is_valid regex.match regex.replace regex.split rego.metadata.chain rego.metadata.rule rem replace round
	semver.compare semver.is_valid set_diff sort split sprintf startswith
	strings.any_prefix_match strings.any_suffix_match strings.count strings.replace_n strings.reverse substring sum
	time.add_date time.clock time.date time.diff time.format time.parse_duration_ns time.parse_ns time.parse_rfc3339_ns time.weekday
	to_number trim trim_left trim_prefix trim_right trim_space trim_suffix type_name
	union upper uri.is_valid uri.parse
`)

// capabilities are the language that policies are written in: Rego v1 with the allowed functions and
// those of our own library, without network.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return !slices.Contains(allowed, b.Name) })
	c.Builtins = append(c.Builtins, declarations()...)
	c.AllowNet = []string{} // nil would allow every host
	return c
}
