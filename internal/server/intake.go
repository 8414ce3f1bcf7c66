package server

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// forgetUnconfigured is how long a repository is believed to have no configuration. A push that brings
// one ends it at once; this is for the push whose webhook was lost.
const forgetUnconfigured = time.Hour

// intake says what follows from an event: what is to be looked at again, what only this event knows,
// and which cached facts it makes doubtful. why is a sentence when nothing follows.
func (s *Server) intake(ctx context.Context, e github.Event) (in store.Intake, why string, err error) {
	if e.Kind == github.KindIgnored {
		return in, e.Why, nil
	}
	i := intake{server: s, event: e, repository: repositoryOf(e)}
	if i.repository != "" {
		known, found, err := i.place(ctx)
		if err != nil {
			return in, "", err
		}
		i.rules = known.Rules
		i.configured = found && known.Configured
		i.unconfigured = found && !known.Configured && s.Now().Sub(known.CheckedAt) < forgetUnconfigured
	}
	switch e.Kind {
	case github.KindPing:
		return in, "a ping needs no work", nil
	case github.KindPull, github.KindPullClosed:
		err = i.pull(ctx)
	case github.KindComment:
		i.comment()
	case github.KindHeads:
		err = i.again(ctx)
	case github.KindAction:
		if e.Check.Identifier == bylaw.ActionAsk {
			err = i.ask(ctx)
		} else {
			err = i.again(ctx)
		}
	case github.KindGroup, github.KindGroupDestroyed:
		i.group()
	case github.KindPush:
		i.push()
	case github.KindAccess:
		i.access()
	case github.KindInstallation:
		i.installation()
	}
	if err != nil {
		return in, "", err
	}
	if len(i.in.Jobs) == 0 && len(i.in.Forget) == 0 && len(i.in.Groups) == 0 && i.why == "" {
		i.why = "nothing follows from it"
	}
	if i.doubtful {
		i.why = ""
	}
	if i.kept == "" {
		i.in = without(i.in)
	}
	return i.in, i.why, nil
}

type intake struct {
	server       *Server
	event        github.Event
	repository   string // as the webhook calls it
	kept         string // by which name it is kept: see place
	doubtful     bool   // it may be called otherwise
	configured   bool   // it is known to be
	unconfigured bool
	rules        []string // what the configuration names, as any process has last seen it
	in           store.Intake
	why          string
}

const nothingConfigured = "nothing is configured for this repository"

func (i *intake) pull(ctx context.Context) error {
	p := i.event.Pull
	if i.unconfigured {
		if previewed, err := i.previewed(ctx); err != nil || !previewed {
			i.why = nothingConfigured
			return err
		}
	}
	if p.PushedBy != "" || !p.ArrivedAt.IsZero() {
		i.in.Heads = append(i.in.Heads, store.Head{Repository: i.kept, Number: p.Number, SHA: p.HeadSHA, ArrivedAt: p.ArrivedAt.Time, PushedBy: p.PushedBy})
	}
	i.raisePull(p.Number)
	return nil
}

// previewed reports whether the pull request brings a first configuration: its head was pushed with
// one, or it was looked at for that before.
func (i *intake) previewed(ctx context.Context) (bool, error) {
	_, known, err := i.server.Store.Pull(ctx, i.kept, i.event.Pull.Number)
	if err == nil && !known {
		_, known, _, err = i.server.Store.Fact(ctx, previewKey(i.event.Installation, i.repository, i.event.Pull.HeadSHA))
	}
	if err != nil {
		return false, fmt.Errorf("look up preview: %w", err)
	}
	return known, nil
}

// comment looks at comments only for the sake of commands: everything else is chatter. A command also
// works where nothing is configured yet, to preview a first configuration.
func (i *intake) comment() {
	c := i.event.Comment
	commands := github.ParseCommands(c.Body)
	if len(commands) == 0 && len(github.ParseCommands(c.Before)) == 0 {
		i.why = "the comment holds no command"
		return
	}
	if c.Author.Kind == bylaw.KindBot {
		i.why = "a program gives no commands"
		return
	}
	kept := store.Command{Repository: i.kept, Number: c.Number, CommentID: c.ID, Author: c.Author.Login, AuthorID: c.Author.ID}
	switch i.event.Action {
	case "created":
		kept.Texts = []store.Text{written(c.Body, c.At)}
	case "edited":
		kept.EditedAt, kept.EditedBy = c.Edited.Time, cmp.Or(c.Editor.Login, "ghost")
		kept.Before = written(c.Before, c.At)
		if c.Author.Same(c.Editor) {
			kept.Texts = []store.Text{written(c.Body, c.Edited)}
		}
	case "deleted":
		kept.DeletedAt = i.server.Now()
		kept.Before = written(c.Body, c.At)
	}
	i.in.Commands = append(i.in.Commands, kept)
	i.raisePull(c.Number)
	asks := slices.ContainsFunc(commands, func(c bylaw.Command) bool { return c.Name == bylaw.ActionAsk })
	if asks && i.event.Action == "created" {
		i.raise(askJob(i.event.Installation, i.repository, c.Number, c.Author.Login))
	}
}

// written is a text in a comment, without its words if they hold no command: nobody needs to keep those.
func written(body string, at bylaw.Time) store.Text {
	if len(github.ParseCommands(body)) == 0 {
		body = ""
	}
	return store.Text{Body: body, At: at.Time}
}

// again looks once more at everything that stands on a commit, and writes it even if it is the same:
// GitHub has reset what it shows.
func (i *intake) again(ctx context.Context) error {
	sha := i.event.Check.HeadSHA
	i.in.ForgetChecks = append(i.in.ForgetChecks, store.ForgetCheck{Repository: i.kept, SHA: sha})
	// Everything is read anew.
	i.in.Forget = append(i.in.Forget, pushersKey(i.event.Installation, i.repository), teamKeys(i.event.Installation))
	numbers, err := i.pullsAt(ctx, sha)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		i.raisePull(number)
	}
	if len(numbers) == 0 {
		i.raise(headJob(i.event.Installation, i.repository, sha))
	}
	return nil
}

func (i *intake) ask(ctx context.Context) error {
	numbers, err := i.pullsAt(ctx, i.event.Check.HeadSHA)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		i.raise(askJob(i.event.Installation, i.repository, number, i.event.Sender.Login))
	}
	return nil
}

// pullsAt finds the pull requests that a commit stands for: those that GitHub names, which it does not
// for forks, those that are known to have it as their head, and those of a merge group.
func (i *intake) pullsAt(ctx context.Context, sha string) ([]int, error) {
	numbers := slices.Clone(i.event.Check.Pulls)
	known, _, err := i.server.Store.HeadOf(ctx, i.kept, sha)
	if err != nil {
		return nil, fmt.Errorf("find pull requests of a commit: %w", err)
	}
	numbers = append(numbers, known...)
	group, found, err := i.server.Store.Group(ctx, i.kept, sha)
	if err != nil {
		return nil, fmt.Errorf("find merge group of a commit: %w", err)
	}
	if found {
		numbers = append(numbers, group.Pulls...)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

func (i *intake) group() {
	g := i.event.Group
	group := store.Group{Repository: i.kept, HeadSHA: g.HeadSHA, HeadRef: g.HeadRef, BaseRef: g.Base}
	if i.event.Kind == github.KindGroupDestroyed {
		group.DestroyedAt = i.server.Now()
	} else {
		i.raise(groupJob(i.event.Installation, i.repository, g.HeadSHA))
	}
	i.in.Groups = append(i.in.Groups, group)
}

// push matters when it changes the law: then every open pull request is looked at again.
func (i *intake) push() {
	p := i.event.Push
	namesRules := slices.ContainsFunc(p.Paths, isRule)
	touchesRules := p.Truncated || namesRules
	switch {
	case !p.Default && i.unconfigured && namesRules && p.SHA != "":
		i.raise(headJob(i.event.Installation, i.repository, p.SHA)) // perhaps a first configuration, to be previewed
	case !p.Default:
		i.why = "it is not the default branch"
	case i.event.Repo == bylaw.OrganizationRepository && (touchesRules || !i.unconfigured):
		i.in.Forget = append(i.in.Forget, datesKey(i.event.Installation, i.repository, "", ""))
		i.raise(installationJob(i.event.Installation, i.event.Owner, fanOutAll))
	case i.unconfigured && !touchesRules:
		i.why = nothingConfigured
	case touchesRules || slices.ContainsFunc(p.Paths, i.named) || i.server.check().MayGovern(bylaw.Ref{Installation: i.event.Installation, Owner: i.event.Owner, Repo: i.event.Repo}, p.Paths):
		i.in.Forget = append(i.in.Forget, datesKey(i.event.Installation, i.repository, "", ""))
		i.raise(repositoryJob(i.event.Installation, i.repository))
	default:
		i.why = "it touches neither configuration, rosters nor policies"
	}
	if p.Default && i.configured && p.SHA != "" && p.Before != "" {
		i.raise(pushedJob(i.event, i.kept, i.server.Now()))
		i.why = ""
	}
}

// isRule reports whether a path belongs to the rules whatever the configuration says.
func isRule(path string) bool {
	return path == bylaw.ConfigPath || strings.HasPrefix(path, bylaw.PoliciesPath+"/")
}

// hiding are what can happen to a repository after which a public one is perhaps none: it was closed, or its
// name can be another one's. One that is renamed or transferred keeps what is known of it, see identify.
var hiding = []string{"privatized", "deleted"}

// renamings are those after which it is called otherwise.
var renamings = []string{"renamed", "transferred"}

// access forgets who may do what, and looks again at what may be judged otherwise for that.
func (i *intake) access() {
	if i.event.Name != "member" && i.event.Name != "repository" { // which are about one repository alone
		i.in.Forget = append(i.in.Forget, teamKeys(i.event.Installation))
	}
	if i.repository != "" {
		if slices.Contains(hiding, i.event.Action) && i.event.Name == "repository" {
			i.in.Hide = append(i.in.Hide, i.repository)
		}
		i.in.Forget = append(i.in.Forget, pushersKey(i.event.Installation, i.repository))
		if i.unconfigured && i.event.Name != "repository" { // another default branch may have a configuration
			return
		}
		if slices.Contains(renamings, i.event.Action) {
			i.raise(nameJob(i.event.Installation, i.repository))
		} else {
			i.raise(repositoryJob(i.event.Installation, i.repository))
		}
		return
	}
	i.in.Forget = append(i.in.Forget, pushersKey(i.event.Installation, ""))
	if renaming(i.event.Name, i.event.Action) { // it finds each repository by its number
		i.raise(sweepJob(i.event.Installation))
	}
	i.raise(installationJob(i.event.Installation, i.event.Account, fanOutConfigured))
}

func (i *intake) installation() {
	i.in.Forget = append(i.in.Forget, grantKey(i.event.Installation))
	i.in.Forget = append(i.in.Forget, accessKeys(i.event.Installation)...)
	for _, name := range i.event.Installed.Added {
		i.raise(repositoryJob(i.event.Installation, name))
	}
	i.welcomes()
	if len(i.event.Installed.Added) == 0 && i.event.Action != "deleted" && i.event.Action != "suspend" && len(i.event.Installed.Removed) == 0 {
		i.raise(installationJob(i.event.Installation, i.event.Account, fanOutAll))
	}
}

func (i *intake) raisePull(number int) {
	j := pullJob(i.event.Installation, i.repository, number, "")
	i.raise(withPayload(j, payload{Number: number, Event: i.event.Name + "." + i.event.Action, Who: i.event.Sender.Login}))
}

func (i *intake) raise(j store.Job) { i.in.Jobs = append(i.in.Jobs, j) }

// named reports whether the configuration names a file, or a folder above it.
func (i *intake) named(path string) bool {
	return slices.ContainsFunc(i.rules, func(rule string) bool {
		return rule == path || strings.HasSuffix(rule, "/") && strings.HasPrefix(path, rule)
	})
}
