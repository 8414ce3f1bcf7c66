package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// script is a world and what happens in it, as a world.yml tells it.
type script struct {
	World fakegithub.World
	Story []step
}

// step is one thing that somebody does on GitHub.
type step struct {
	say  string
	repo string // "owner/name"; "" for the first repository of the world
	verb string // a key of verbs
	args []byte // JSON
}

// act is what the verbs of a story take beside fields of their own. Pull is the pull request, By who
// does it.
type act struct {
	Pull int    `json:"pull"`
	By   string `json:"by"`

	Branch    string            `json:"branch"`
	Commit    fakegithub.Commit `json:"commit"`
	Identical bool              `json:"identical"` // force-push: the patch is the same

	Title *string `json:"title"`
	Body  *string `json:"body"`
	Base  *string `json:"base"`

	Name       string `json:"name"`       // of a label, a check run or a team
	Login      string `json:"login"`      // whose permission, or who is asked
	Permission string `json:"permission"` // "" removes the collaborator
	Author     string `json:"author"`     // whose last review or comment
	Text       string `json:"text"`
	Reason     string `json:"reason"`
	Draft      bool   `json:"draft"`
	Identifier string `json:"identifier"` // of a button
	Seconds    int64  `json:"seconds"`    // that go by
}

// review is a review of a pull request.
type review struct {
	Pull int `json:"pull"`
	fakegithub.Review
}

// verbs are what can happen in a story. Each returns the pull request that it is about, 0 for none.
var verbs = map[string]func(st *stage, repo string, args []byte) (int, error){
	"open": func(st *stage, repo string, args []byte) (int, error) {
		p, err := decode[fakegithub.Pull](args)
		if err != nil {
			return 0, err
		}
		return st.gh.OpenPull(repo, p)
	},
	"review": func(st *stage, repo string, args []byte) (int, error) {
		r, err := decode[review](args)
		if err != nil {
			return 0, err
		}
		id, err := st.gh.SubmitReview(repo, r.Pull, r.Review)
		st.reviews[fmt.Sprintf("%s#%d %s", repo, r.Pull, r.Author)] = id
		return r.Pull, err
	},
	"dismiss": does(func(st *stage, repo string, a act) error {
		return st.gh.DismissReview(repo, a.Pull, st.reviews[fmt.Sprintf("%s#%d %s", repo, a.Pull, a.Author)], a.By, a.Text)
	}),
	"ask": does(func(st *stage, repo string, a act) error { return st.gh.RequestReviewer(repo, a.Pull, a.By, a.Login) }),
	"push": does(func(st *stage, repo string, a act) error {
		_, err := st.gh.Push(repo, a.Pull, a.By, a.Commit)
		return err
	}),
	"force-push": does(func(st *stage, repo string, a act) error {
		var commits []fakegithub.Commit
		if !a.Identical {
			commits = append(commits, a.Commit)
		}
		_, err := st.gh.ForcePush(repo, a.Pull, a.By, a.Identical, commits...)
		return err
	}),
	"push-branch": does(func(st *stage, repo string, a act) error {
		_, err := st.gh.PushFiles(repo, a.Branch, a.By, a.Commit)
		return err
	}),
	"edit": does(func(st *stage, repo string, a act) error {
		return st.gh.EditPull(repo, a.Pull, a.By, fakegithub.Edit{Title: a.Title, Body: a.Body, Base: a.Base})
	}),
	"draft":   does(func(st *stage, repo string, a act) error { return st.gh.SetDraft(repo, a.Pull, a.By, a.Draft) }),
	"close":   does(func(st *stage, repo string, a act) error { return st.gh.ClosePull(repo, a.Pull, a.By) }),
	"reopen":  does(func(st *stage, repo string, a act) error { return st.gh.ReopenPull(repo, a.Pull, a.By) }),
	"merge":   does(func(st *stage, repo string, a act) error { return st.gh.MergePull(repo, a.Pull, a.By) }),
	"label":   does(func(st *stage, repo string, a act) error { return st.gh.SetLabel(repo, a.Pull, a.By, a.Name) }),
	"unlabel": does(func(st *stage, repo string, a act) error { return st.gh.RemoveLabel(repo, a.Pull, a.By, a.Name) }),
	"comment": does(func(st *stage, repo string, a act) error {
		id, err := st.gh.Comment(repo, a.Pull, a.By, a.Text)
		st.comments[fmt.Sprintf("%s#%d %s", repo, a.Pull, a.By)] = id
		return err
	}),
	"edit-comment": does(func(st *stage, repo string, a act) error {
		return st.gh.EditComment(repo, st.comments[fmt.Sprintf("%s#%d %s", repo, a.Pull, a.Author)], a.By, a.Text)
	}),
	"delete-comment": does(func(st *stage, repo string, a act) error {
		id := st.comments[fmt.Sprintf("%s#%d %s", repo, a.Pull, a.Author)]
		owner, name, _ := bylaw.SplitRepository(repo)
		for _, c := range st.gh.Comments(owner, name, a.Pull) {
			if id == 0 && c.Author == a.Author { // no step of the story wrote it
				id = c.ID
			}
		}
		return st.gh.DeleteComment(repo, id, a.By)
	}),
	"wait": does(func(st *stage, _ string, a act) error {
		return st.wait(context.Background(), time.Duration(a.Seconds)*time.Second)
	}),
	"install": func(st *stage, _ string, args []byte) (int, error) {
		i, err := decode[fakegithub.Installation](args)
		if err != nil {
			return 0, err
		}
		_, err = st.gh.Install(i)
		return 0, err
	},
	"delete-user": does(func(st *stage, _ string, a act) error { return st.gh.DeleteUser(a.Login) }),
	"permit": does(func(st *stage, repo string, a act) error {
		if a.Permission == "" {
			return st.gh.RemoveCollaborator(repo, a.Login, a.By)
		}
		return st.gh.SetPermission(repo, a.Login, a.Permission, a.By)
	}),
	"join": does(func(st *stage, repo string, a act) error {
		return st.gh.AddTeamMember(ownerOf(repo), a.Name, a.Login, a.By)
	}),
	"leave": does(func(st *stage, repo string, a act) error {
		return st.gh.RemoveTeamMember(ownerOf(repo), a.Name, a.Login, a.By)
	}),
	"enqueue": does(func(st *stage, repo string, a act) error {
		sha, err := st.gh.EnqueuePull(repo, a.Pull, a.By)
		st.group = sha
		return err
	}),
	"dequeue": does(func(st *stage, repo string, a act) error { return st.gh.DequeuePull(repo, a.Pull, a.By, a.Reason) }),
	"rerun": does(func(st *stage, repo string, a act) error {
		run, err := st.checkRun(repo, a.Pull, a.Name)
		if owner, name, _ := bylaw.SplitRepository(repo); a.Branch != "" {
			var found bool
			if run, found = st.gh.EffectiveCheck(owner, name, st.gh.Branch(owner, name, a.Branch), a.Name); found {
				err = nil
			}
		}
		if err != nil {
			return err
		}
		return st.gh.RerequestCheckRun(repo, run.ID, a.By)
	}),
	"rerun-all": does(func(st *stage, repo string, a act) error {
		owner, name, _ := bylaw.SplitRepository(repo)
		return st.gh.RerequestCheckSuite(repo, st.gh.Head(owner, name, a.Pull), a.By)
	}),
	"button": does(func(st *stage, repo string, a act) error {
		run, err := st.checkRun(repo, a.Pull, a.Name)
		if err != nil {
			return err
		}
		return st.gh.RequestAction(repo, run.ID, a.Identifier, a.By)
	}),
}

// ownerOf is the account to which a repository belongs.
func ownerOf(repo string) string {
	owner, _, _ := bylaw.SplitRepository(repo)
	return owner
}

// does makes a verb of something that takes an act.
func does(do func(st *stage, repo string, a act) error) func(*stage, string, []byte) (int, error) {
	return func(st *stage, repo string, args []byte) (int, error) {
		a, err := decode[act](args)
		if err != nil {
			return 0, err
		}
		return a.Pull, do(st, repo, a)
	}
}

func decode[T any](args []byte) (T, error) {
	var value T
	d := json.NewDecoder(bytes.NewReader(args))
	d.DisallowUnknownFields()
	if err := d.Decode(&value); err != nil {
		return value, fmt.Errorf("read step: %w", err)
	}
	return value, nil
}

// readScript reads a world.yml.
func readScript(file string, data []byte) (script, error) {
	fields, err := readMapping(file, data)
	if err != nil {
		return script{}, err
	}
	world, err := json.Marshal(fields["world"])
	if err != nil {
		return script{}, fmt.Errorf("read world of %s: %w", file, err)
	}
	var s script
	if s.World, err = fakegithub.ParseWorld(world); err != nil {
		return s, &bylaw.Problem{File: file, Msg: "the world cannot be read: " + err.Error()}
	}
	if len(s.World.Repositories) == 0 {
		return s, &bylaw.Problem{File: file, Msg: "the world has no repository"}
	}
	s.Story, err = readStory(file, fields["story"])
	return s, err
}

// readStory reads a list of steps, each a mapping of one verb and, beside it, "say" and "repo".
func readStory(file string, value any) ([]step, error) {
	list, ok := value.([]any)
	if value != nil && !ok {
		return nil, &bylaw.Problem{File: file, Msg: "the story must be a list of steps"}
	}
	var steps []step
	for i, item := range list {
		fields, _ := item.(map[string]any)
		s := step{}
		s.say, _ = fields["say"].(string)
		s.repo, _ = fields["repo"].(string)
		for key, args := range fields {
			if key == "say" || key == "repo" {
				continue
			}
			if verbs[key] == nil || s.verb != "" {
				return nil, &bylaw.Problem{File: file, Msg: fmt.Sprintf("step %d must have one verb, not %q", i+1, key), Fix: "the verbs are " + strings.Join(slices.Sorted(maps.Keys(verbs)), ", ")}
			}
			data, err := json.Marshal(args)
			if err != nil {
				return nil, fmt.Errorf("read step %d of %s: %w", i+1, file, err)
			}
			s.verb, s.args = key, data
		}
		if s.verb == "" {
			return nil, &bylaw.Problem{File: file, Msg: fmt.Sprintf("step %d has no verb", i+1)}
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func readMapping(file string, data []byte) (map[string]any, error) {
	doc, err := document.Read(file, document.YAML, data)
	if err != nil {
		var e *document.Error
		if errors.As(err, &e) {
			return nil, &bylaw.Problem{File: e.Path, Line: e.Line, Msg: e.Msg, Fix: e.Hint}
		}
		return nil, err
	}
	fields, ok := doc.Value.(map[string]any)
	if !ok {
		return nil, &bylaw.Problem{File: file, Msg: "the file must have the keys world and story"}
	}
	return fields, nil
}
