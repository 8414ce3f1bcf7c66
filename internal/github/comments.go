package github

import (
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// commands lists the commands of people, oldest first: those that stand, and those of which webhooks told
// and that stand no more, because nothing is taken back by deleting or editing it. Accounts of programs and
// deleted ones give none.
func commands(pull *pullAnswer, told []bylaw.Comment, now time.Time) []bylaw.Command {
	list := []bylaw.Command{}
	dealt := map[int64]bool{}
	for _, n := range pull.Comments.Nodes {
		id, who, known := int64(n.FullDatabaseID), n.Author.account(), bylaw.Comment{}
		if i := slices.IndexFunc(told, func(t bylaw.Comment) bool { return t.ID == id }); i >= 0 {
			known = told[i]
		}
		if who.Kind == bylaw.KindUser && known.Deleted {
			continue // GitHub's answer is older than its webhook
		}
		dealt[id] = true
		if who.Kind != bylaw.KindUser {
			continue
		}
		stands := standing(n)
		if last := lastTold(known); last.at.After(stands.at.Time) { // the same
			stands = last
		}
		list = append(list, stands.commands(id, who, known.Texts)...)
	}
	for _, t := range told {
		if dealt[t.ID] || t.Author.Kind != bylaw.KindUser {
			continue
		}
		stands := words{gone: true}
		if last := lastTold(t); !t.Deleted && last.at.Add(shownWithin).After(now) {
			stands = last
		}
		list = append(list, stands.commands(t.ID, pull.accountOf(t.Author), t.Texts)...)
	}
	slices.SortStableFunc(list, func(a, b bylaw.Command) int { return a.At.Compare(b.At.Time) })
	return list
}

// shownWithin is how long GitHub may take to show a comment whose webhook it has already sent.
const shownWithin = time.Minute

// words are what stands in a comment.
type words struct {
	body   string
	at     bylaw.Time // of the last edit
	editor string     // login of who edited it last; "" when nobody did
	own    bool       // its author was the last to edit it
	gone   bool       // nothing stands: the comment is deleted
}

func standing(n comment) words {
	if n.LastEditedAt.IsZero() {
		return words{body: n.Body, at: n.CreatedAt, own: true}
	}
	author, editor := n.Author.account(), n.Editor.account()
	if editor.Login == "" { // somebody edited it, though their account may be gone
		editor.Login = "ghost"
	}
	return words{body: n.Body, at: n.LastEditedAt, editor: editor.Login, own: author.Same(editor)}
}

// lastTold is what stands in a comment as far as webhooks told. What somebody else has written in it is not
// known, and is no command of its author.
func lastTold(t bylaw.Comment) words {
	w := words{at: t.EditedAt, editor: t.EditedBy}
	if w.own = t.EditedAt.IsZero() || strings.EqualFold(t.EditedBy, t.Author.Login); w.own && len(t.Texts) > 0 {
		last := t.Texts[len(t.Texts)-1]
		w.body, w.at = last.Body, last.At
	}
	return w
}

// commands lists the commands that stand in a comment, and those that once stood in one of the texts that
// its author wrote, each as it was last written.
func (w words) commands(id int64, who bylaw.Account, texts []bylaw.Text) []bylaw.Command {
	var list []bylaw.Command
	stand := map[string]bool{} // by the author's own hand
	key := func(c bylaw.Command) string {
		return c.Name + " " + strings.Join(strings.Fields(c.Arguments), " ")
	}
	for _, c := range ParseCommands(w.body) {
		c.CommentID, c.Who, c.At, c.EditedBy = id, who, w.at, w.editor
		list = append(list, c)
		stand[key(c)] = w.own
	}
	for _, text := range slices.Backward(texts) {
		for _, c := range ParseCommands(text.Body) {
			if stand[key(c)] {
				continue
			}
			stand[key(c)] = true
			c.CommentID, c.Who, c.At, c.EditedBy, c.Fate = id, who, text.At, w.editor, bylaw.FateEdited
			if w.gone {
				c.Fate = bylaw.FateDeleted
			}
			list = append(list, c)
		}
	}
	return list
}

// accountOf is an account as it is called now, if it shows elsewhere in the pull request.
func (p *pullAnswer) accountOf(a bylaw.Account) bylaw.Account {
	actors := []*actor{p.Author}
	for _, n := range p.Reviews.Nodes {
		actors = append(actors, n.Author)
	}
	for _, n := range p.Comments.Nodes {
		actors = append(actors, n.Author)
	}
	for _, other := range actors {
		if now := other.account(); now.ID != 0 && now.ID == a.ID {
			return now
		}
	}
	return a
}
