package page

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// believed is how long GitHub's word on who may read what is believed.
const believed = 5 * time.Minute

// access remembers what GitHub said on who may read what.
type access struct {
	site *Site

	mu    sync.Mutex
	known map[string]word
}

type word struct {
	yes   bool
	until time.Time
}

// maxWords bounds what is remembered; beyond it all is asked again.
const maxWords = 50_000

func (a *access) start(s *Site) { a.site, a.known = s, map[string]word{} }

// ask returns what was said on a question, or asks. An error is not remembered and is never a yes.
func (a *access) ask(question string, ask func() (bool, error)) (bool, error) {
	now := a.site.Now()
	a.mu.Lock()
	w, found := a.known[question]
	a.mu.Unlock()
	if found && now.Before(w.until) {
		return w.yes, nil
	}
	yes, err := ask()
	if err != nil {
		return false, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known) >= maxWords {
		a.known = map[string]word{}
	}
	a.known[question] = word{yes, now.Add(believed)}
	return yes, nil
}

// about shows a page about a repository to those who may look at it. To all others the answer is that of a
// repository that does not exist, after the same work: GitHub is asked only about public repositories and about
// those that the viewer could read when they signed in.
func (s *Site) about(show func(visit) error) func(visit) error {
	return func(v visit) error {
		owner, name := v.r.PathValue("owner"), v.r.PathValue("repo")
		repository, since, err := s.sees(v.r.Context(), v.viewer, owner+"/"+name)
		if err != nil {
			return err
		}
		v.repository, v.since = repository, since
		return show(v)
	}
}

// sees returns the repository, and since when what happened in it may be shown to the viewer; zero is always.
func (s *Site) sees(ctx context.Context, who viewer, name string) (store.Repository, time.Time, error) {
	named, granted := validName(name), who.could(name)
	r, found, err := s.Store.RepositoryCalled(ctx, name)
	if err != nil {
		return r, time.Time{}, err
	}
	if !found || !named {
		return r, time.Time{}, errNotFound
	}
	owner, repo, _ := bylaw.SplitRepository(r.Name)
	client := s.App.Client(r.Installation)
	if granted {
		question := fmt.Sprintf("read %d %d %d %s", who.session.Account, r.Installation, r.ID, r.Name)
		yes, err := s.access.ask(question, func() (bool, error) {
			return client.CanRead(ctx, owner, repo, bylaw.Account{ID: who.session.Account, Login: who.session.Login})
		})
		if err != nil || yes {
			return r, time.Time{}, err
		}
	}
	if r.PublicSince.IsZero() || !s.Public && !who.SignedIn() {
		return r, time.Time{}, errNotFound
	}
	public, err := s.access.ask(fmt.Sprintf("public %d %d %s", r.Installation, r.ID, r.Name), func() (bool, error) { return client.Public(ctx, owner, repo) })
	if err != nil {
		s.Log.Warn("page not shown: nobody knows whether the repository is public", "ref", r.Name, "err", err)
	}
	if err != nil || !public {
		return r, time.Time{}, errNotFound
	}
	return r, r.PublicSince, nil
}

// validName tells what can be the name of a repository from what nobody need look up.
func validName(name string) bool {
	owner, repo, ok := bylaw.SplitRepository(name)
	fits := func(s string, most int) bool {
		return len(s) <= most && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
	}
	return ok && fits(owner, 100) && fits(repo, 200)
}

// viewer is who looks.
type viewer struct {
	session  store.Session
	secret   string // of the session, in the browser's cookie
	Operator bool
}

// SignedIn reports whether it is known who looks.
func (v viewer) SignedIn() bool { return v.session.Hash != "" }

// Login is who looks; "" is nobody who is known.
func (v viewer) Login() string { return v.session.Login }

// Token is what a form of this viewer must carry, so that no other site can send it in their name.
func (v viewer) Token() string { return digest("form", v.secret) }

// could reports whether the viewer could read a repository when they signed in.
func (v viewer) could(name string) bool {
	_, found := slices.BinarySearch(v.session.Repositories, strings.ToLower(name))
	return found
}
