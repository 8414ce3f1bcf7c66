package store

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// columns says of every column that holds text or bytes whether a person can be named there, and if so what takes
// the name out: `bylaw audit redact` or time. Who adds a column adds a line here, and thinks about both; the names of
// repositories, branches, commits, files and policies are not taken for a person's.
var columns = map[string]string{
	"audit.repository": "", "audit.kind": "", "audit.head_sha": "", "audit.previous": "", "audit.digest": "", "audit.private": "",
	"audit.detail":   "written by early versions alone: reported as fixed",
	"audit_logs.log": "", "audit_logs.repository": "",
	"audit_ends.repository": "", "audit_ends.digest": "",
	"audit_private.repository": "", "audit_private.salt": "",
	"audit_private.body": "Redact; Prune",
	"checks.repository":  "", "checks.sha": "", "checks.name": "", "checks.digest": "",
	"commands.repository":      "",
	"commands.author":          "Redact, of what is not open; Prune",
	"commands.edited_by":       "Redact, of what is not open; Prune",
	"command_texts.repository": "", "command_texts.digest": "",
	"command_texts.body": "Redact, of what is not open; Prune",
	"deliveries.guid":    "", "deliveries.event": "", "deliveries.action": "", "deliveries.repository": "",
	"facts.key":        "",
	"facts.value":      "ForgetPerson: lists of pushers and teams; Prune",
	"heads.repository": "", "heads.sha": "",
	"heads.pushed_by":         "Redact, of what is not open; Prune",
	"merge_groups.repository": "", "merge_groups.head_sha": "", "merge_groups.head_ref": "", "merge_groups.base_ref": "",
	"merge_group_pulls.repository": "", "merge_group_pulls.head_sha": "",
	"migrations.name": "",
	"outcomes.run_id": "", "outcomes.repository": "", "outcomes.policy": "", "outcomes.outcome": "",
	"own_policies.repository": "", "own_policies.policy": "", "own_policies.digest": "",
	"own_policies.source": "", // the community's law: it is read again as long as it is law
	"pulls.repository":    "", "pulls.head_sha": "", "pulls.base_ref": "", "pulls.state": "", "pulls.run_id": "",
	"pulls.author":      "Redact, of what is not open",
	"pulls.title":       "Redact, of what is not open",
	"raised.guid":       "",
	"raised.key":        "of \"ask\": who asked; Prune, with the delivery",
	"recovery.page":     "",
	"redeliveries.guid": "",
	"repositories.name": "", "repositories.rules": "", "repositories.law": "",
	"runs.id": "", "runs.repository": "", "runs.head_sha": "", "runs.conclusion": "", "runs.digest": "", "runs.audit_digest": "",
	"runs.snapshot":         "Redact, of what is not open; Prune",
	"runs.verdicts":         "Redact, of what is not open; Prune",
	"runs.report":           "Redact, of what is not open; Prune",
	"runs.title":            "Redact, of what is not open; Prune",
	"sessions.hash":         "",
	"sessions.login":        "ForgetPerson; after eight hours",
	"sessions.repositories": "ForgetPerson; after eight hours",
	"sticky.repository":     "", "sticky.digest": "", "sticky.refused": "",
	"work.kind": "", "work.repository": "", "work.lease_owner": "",
	"work.key":        "of \"ask\": who asked; ForgetPerson, of what is done",
	"work.payload":    "who asked; ForgetPerson, of what is done",
	"work.last_error": "until it is done: it may quote GitHub",
	"work.trouble":    "until it is done: it may quote GitHub",
}

// TestEveryColumnIsPersonalOrNot reads the schema, so that no column is forgotten.
func TestEveryColumnIsPersonalOrNot(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		query := `SELECT m.name || '.' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND upper(c.type) NOT IN ('BIGINT', 'BOOLEAN', 'INTEGER')`
		if s.postgres {
			query = `SELECT table_name || '.' || column_name FROM information_schema.columns
				WHERE table_schema = current_schema() AND data_type NOT IN ('bigint', 'boolean', 'integer')`
		}
		got := must(list(t.Context(), s.read, func(r row) (name string, err error) { return name, r.Scan(&name) }, query))(t)
		slices.Sort(got)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(columns)), got); diff != "" {
			t.Errorf("columns that hold text (-declared +there):\n%s", diff)
		}
	})
}
