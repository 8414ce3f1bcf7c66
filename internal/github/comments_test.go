package github

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// TestCommands is about what GitHub shows and what webhooks have told of one comment of bob.
func TestCommands(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	at := func(minutes int) bylaw.Time { return bylaw.At(noon.Add(time.Duration(minutes) * time.Minute)) }
	bob := bylaw.Account{Login: "bob", ID: 103, Kind: bylaw.KindUser}
	person := func(login string, id int64) *actor { return &actor{Typename: "User", Login: login, DatabaseID: id} }
	shown := func(body string) []comment {
		return []comment{{FullDatabaseID: 4, Author: person("bob", 103), Body: body, CreatedAt: at(0)}}
	}
	edited := func(body string, minutes int, editor *actor) []comment {
		list := shown(body)
		list[0].LastEditedAt, list[0].Editor = at(minutes), editor
		return list
	}
	told := func(texts ...bylaw.Text) bylaw.Comment { return bylaw.Comment{ID: 4, Author: bob, Texts: texts} }
	toldEdit := func(minutes int, by string, texts ...bylaw.Text) bylaw.Comment {
		c := told(texts...)
		c.EditedAt, c.EditedBy = at(minutes), by
		return c
	}
	deleted := told(bylaw.Text{Body: "/bylaw recuse", At: at(0)})
	deleted.Deleted = true
	recuse := bylaw.Text{Body: "/bylaw recuse", At: at(0)}
	const now = 60
	for name, test := range map[string]struct {
		shown []comment
		told  []bylaw.Comment
		want  []string
	}{
		"never told of":                                 {shown: shown("/bylaw recuse"), want: []string{"bob recuse 0 stands "}},
		"never told of, edited by another":              {shown: edited("/bylaw waive x", 5, person("alice", 101)), want: []string{"bob waive 5 stands alice"}},
		"stands as told":                                {shown: shown("/bylaw recuse"), told: []bylaw.Comment{told(recuse)}, want: []string{"bob recuse 0 stands "}},
		"edited by its author":                          {shown: edited("/bylaw recuse", 5, person("bob", 103)), told: []bylaw.Comment{told(recuse)}, want: []string{"bob recuse 5 stands bob"}},
		"edited by its author, who was named otherwise": {shown: edited("/bylaw ask", 5, person("bobby", 103)), told: nil, want: []string{"bob ask 5 stands bobby"}},
		"taken out by its author":                       {shown: edited("Never mind.", 5, person("bob", 103)), told: []bylaw.Comment{told(recuse)}, want: []string{"bob recuse 0 edited bob"}},
		"taken out by another":                          {shown: edited("", 5, person("alice", 101)), told: []bylaw.Comment{told(recuse)}, want: []string{"bob recuse 0 edited alice"}},
		"left as it is by another":                      {shown: edited("Hi.\n\n/bylaw recuse", 5, person("alice", 101)), told: []bylaw.Comment{told(recuse)}, want: []string{"bob recuse 0 edited alice", "bob recuse 5 stands alice"}},
		"edited by an account that is gone":             {shown: edited("/bylaw recuse", 5, nil), told: []bylaw.Comment{told(recuse)}, want: []string{"bob recuse 0 edited ghost", "bob recuse 5 stands ghost"}},
		"told when it was last written":                 {shown: edited("", 9, person("bob", 103)), told: []bylaw.Comment{toldEdit(5, "bob", recuse, bylaw.Text{Body: "/bylaw recuse\n/bylaw ask", At: at(5)})}, want: []string{"bob recuse 5 edited bob", "bob ask 5 edited bob"}},
		"deleted":                                       {told: []bylaw.Comment{deleted}, want: []string{"bob recuse 0 deleted "}},
		"deleted after an edit":                         {told: []bylaw.Comment{toldEdit(5, "alice", recuse)}, want: []string{"bob recuse 0 deleted "}},
		"deleted, and no webhook told":                  {told: []bylaw.Comment{told(recuse)}, want: []string{"bob recuse 0 deleted "}},
		"GitHub shows the deleted still":                {shown: shown("/bylaw recuse"), told: []bylaw.Comment{deleted}, want: []string{"bob recuse 0 deleted "}},
		"GitHub does not show it yet":                   {told: []bylaw.Comment{told(bylaw.Text{Body: "/bylaw recuse", At: at(now)})}, want: []string{"bob recuse 60 stands "}},
		"GitHub does not show the edit yet":             {shown: shown("/bylaw recuse"), told: []bylaw.Comment{toldEdit(5, "bob", recuse, bylaw.Text{At: at(5)})}, want: []string{"bob recuse 0 edited bob"}},
		"GitHub does not show another's edit":           {shown: shown("/bylaw waive x"), told: []bylaw.Comment{toldEdit(5, "alice", bylaw.Text{Body: "/bylaw waive x", At: at(0)})}, want: []string{"bob waive 0 edited alice"}},
		"a program":                                     {shown: []comment{{FullDatabaseID: 4, Author: &actor{Typename: "Bot", Login: "robot"}, Body: "/bylaw ask"}}, want: nil},
		"an account that is gone":                       {shown: []comment{{FullDatabaseID: 4, Body: "/bylaw ask"}}, told: []bylaw.Comment{told(recuse)}, want: nil},
		"deleted, of somebody not known":                {told: []bylaw.Comment{{ID: 4, Author: bylaw.Account{Kind: bylaw.KindDeleted}, Texts: []bylaw.Text{recuse}, Deleted: true}}, want: nil},
		"deleted, of somebody with a new name": {
			shown: []comment{{FullDatabaseID: 5, Author: person("bobby", 103), Body: "Hi.", CreatedAt: at(9)}},
			told:  []bylaw.Comment{deleted}, want: []string{"bobby recuse 0 deleted "},
		},
	} {
		pull := &pullAnswer{}
		pull.Comments.Nodes = test.shown
		var got []string
		for _, c := range commands(pull, test.told, noon.Add(now*time.Minute)) {
			got = append(got, fmt.Sprintf("%s %s %.0f %s %s", c.Who.Login, c.Name, c.At.Sub(noon).Minutes(), c.Fate, c.EditedBy))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
