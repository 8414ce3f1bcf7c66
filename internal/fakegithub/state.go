package fakegithub

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// App is the GitHub App under test.
type App struct {
	ID   int64
	Slug string // its bot is SLUG[bot]
	Name string
	Key  *rsa.PublicKey // verifies the App's JSON web tokens
	// Owner is the login of the account that owns the App; "" shows nobody in particular.
	Owner string
	// Permissions and Events are those that the App asks for; nil stands for what it was granted anywhere.
	Permissions map[string]string
	Events      []string
}

// Hook is the App's webhook.
type Hook struct {
	URL    string // "" keeps deliveries queued for ever
	Secret string
	// ContentType and InsecureSSL as GitHub shows them; "" means json and "0".
	ContentType, InsecureSSL string
}

// GitHub is the fake. Set the exported fields after [New] and before the first use.
// It is safe for use by several goroutines.
type GitHub struct {
	Now func() time.Time // nil means time.Now; GitHub's clock ticks in whole seconds
	// AuthNow is the clock by which credentials expire; nil means Now. Clients sign and renew by the
	// real time, so a test with a clock of its own sets this to time.Now.
	AuthNow func() time.Time
	App     App
	Hook    Hook
	// AutoDeliver sends webhooks in the background as they arise; otherwise [GitHub.Deliver] does.
	AutoDeliver bool
	// Client sends webhooks. The one that New sets gives up after GitHub's 10 seconds.
	Client *http.Client
	// Schema, if set, is GitHub's GraphQL schema: queries are then validated against it first.
	Schema *ast.Schema
	// APIURL and WebURL are the prefixes of the addresses inside answers.
	// "" means https://api.github.com and https://github.com.
	APIURL, WebURL string
	// OldDeliveries has the list of deliveries ignore its status filter, as servers do that do not know it.
	OldDeliveries bool
	// Latency is added to every answer, in parallel for parallel calls.
	Latency time.Duration
	// Secondary has the secondary limits of points and contents a minute enforced; see [GitHub.Refused].
	Secondary bool

	mu            sync.Mutex
	loading       bool      // New is at work: no webhooks
	at            time.Time // the time while loading
	ids           int64
	accounts      map[string]*account // by lower-case login
	repos         map[string]*repository
	former        map[string]*repository // by names that they had; see find
	teams         []*team
	self          *app             // the App under test; see own
	keys          []*rsa.PublicKey // that the App has instead of App.Key; see SetKeys
	apps          []*app           // Apps other than ours
	installations []*installation
	tokens        map[string]*token
	conversions   map[string]Conversion
	grants        map[string]grant // codes of the web flow
	browsing      *account         // who is at the browser; see Browse
	buckets       map[string]*bucket
	faults        []*Fault
	spent         map[string][]spending
	refused       int
	calls         []Call
	deliveries    []*delivery
	delivering    sync.Mutex // held while the queue is being sent, so that order is kept
	running       bool       // a background sender is at work
	changed       chan struct{}
	done          chan struct{}
	graph         map[string]fields
	queries       map[asked]*ast.QueryDocument // that were found right
}

type account struct {
	id                   int64
	login, kind          string // kind is User, Bot or Organization
	name, company        string
	emails               []string
	members              map[string]string // of an organization: lower-case login to member or admin
	deleted              bool
	createdAt, updatedAt time.Time
}

type team struct {
	id         int64
	org        *account
	slug, name string
	parent     *team
	members    []*membership
	createdAt  time.Time
}

type membership struct {
	user        *account
	role, state string
}

type app struct {
	id         int64
	slug, name string
}

type repository struct {
	id                           int64
	owner                        *account
	name, description            string
	private, fork                bool
	parent                       *repository
	defaultBranch                string
	branches                     map[string]string // name to sha
	git                          *objects
	collaborators                map[string]string // lower-case login to permission
	teams                        map[*team]string
	mergeQueue                   bool
	required                     []RequiredCheck
	byPullOnly                   bool
	bypass                       []Bypass
	protection                   *Protection
	labels                       []*label
	properties                   map[string]any
	pulls                        []*pull
	comments                     []*comment
	suites                       []*suite
	runs                         []*run
	queue                        []*queued
	createdAt, updatedAt, pushAt time.Time
}

func (r *repository) fullName() string { return r.owner.login + "/" + r.name }

type label struct {
	id   int64
	name string
}

type pull struct {
	id                             int64
	repo                           *repository
	number                         int
	title, body                    string
	author                         *account
	base, baseSHA                  string
	head, headSHA                  string
	headRepo                       *repository
	draft, closed                  bool
	mergedBy                       *account
	mergeSHA                       string
	createdAt, updatedAt, closedAt time.Time
	changes                        []Commit // what the head branch does, to be replayed by a rebase
	labels                         []*label
	reviews                        []*review
	requested                      []*account
	requestedTeams                 []*team
	timeline                       []*event
}

func (p *pull) state() string {
	if p.closed {
		return "closed"
	}
	return "open"
}

type review struct {
	id                  int64
	pull                *pull
	author              *account
	state, body, commit string
	submittedAt         time.Time
}

type comment struct {
	id                   int64
	repo                 *repository
	number               int // of the pull request
	author               *account
	body                 string
	app                  *app
	editor               *account // nil: never edited
	createdAt, updatedAt time.Time
}

// event is one item of a pull request's timeline; kind is its GraphQL type.
type event struct {
	id            int64
	repo          *repository
	kind          string
	at            time.Time
	actor         *account
	label         *label
	before, after string // shas of a forced push; the state before a dismissal; the merge commit
	review        *review
	message       string
}

// happened adds to the timeline of a pull request.
func (g *GitHub) happened(p *pull, e event) {
	e.id, e.repo, e.at = g.nextID(), p.repo, g.now()
	p.timeline = append(p.timeline, &e)
}

// queued is a pull request in the merge queue of the default branch.
type queued struct {
	id        int64
	pull      *pull
	by        *account
	baseSHA   string
	headSHA   string
	branch    string
	createdAt time.Time
}

type installation struct {
	id          int64
	account     *account
	all         bool
	repos       []*repository
	permissions map[string]string
	suspended   bool
	createdAt   time.Time
}

// covers says whether the installation gives access to the repository.
func (i *installation) covers(r *repository) bool {
	return r.owner == i.account && (i.all || slices.Contains(i.repos, r)) && !r.fork
}

var levels = map[string]int{"": 0, "none": 0, "read": 1, "triage": 2, "write": 3, "maintain": 4, "admin": 5}

func (i *installation) may(permission, level string) bool {
	return permission == "metadata" || levels[i.permissions[permission]] >= levels[level]
}

// New builds the fake from a world. The error names what in the world is wrong.
func New(world World) (*GitHub, error) {
	g := &GitHub{
		Client:   &http.Client{Timeout: 10 * time.Second},
		self:     &app{},
		ids:      100_000,
		accounts: map[string]*account{}, repos: map[string]*repository{}, tokens: map[string]*token{},
		conversions: map[string]Conversion{}, grants: map[string]grant{}, buckets: map[string]*bucket{}, changed: make(chan struct{}), done: make(chan struct{}),
		loading: true, at: world.Time,
	}
	if g.at.IsZero() {
		g.at = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	}
	g.graph = g.schemaFields()
	if err := g.load(world); err != nil {
		return nil, fmt.Errorf("load world: %w", err)
	}
	g.loading, g.at = false, time.Time{}
	return g, nil
}

// Close ends calls that hang, and background deliveries.
func (g *GitHub) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.done:
	default:
		close(g.done)
	}
}

// Changed returns a channel that is closed at the next write of a check run or comment,
// by whomever. Take it before looking at the state, so that no change is missed.
func (g *GitHub) Changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.changed
}

func (g *GitHub) touch() {
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *GitHub) now() time.Time {
	switch {
	case !g.at.IsZero():
		return g.at.UTC().Truncate(time.Second)
	case g.Now != nil:
		return g.Now().UTC().Truncate(time.Second)
	}
	return time.Now().UTC().Truncate(time.Second)
}

// during runs f with the clock at t, unless t is zero.
func (g *GitHub) during(t time.Time, f func() error) error {
	if !t.IsZero() {
		before := g.at
		g.at = t
		defer func() { g.at = before }()
	}
	return f()
}

func (g *GitHub) nextID() int64 {
	g.ids++
	return g.ids
}

// own is the App under test, as the author of checks and comments. It is always the same pointer: check
// suites begin while a world is loaded, before the App is set.
func (g *GitHub) own() *app {
	*g.self = app{g.App.ID, g.App.Slug, g.App.Name}
	return g.self
}

// bot is the account in whose name the App acts; it exists from its first use.
func (g *GitHub) bot() *account {
	login := g.App.Slug + "[bot]"
	if a := g.accounts[strings.ToLower(login)]; a != nil {
		return a
	}
	a := &account{id: g.nextID(), login: login, kind: "Bot", createdAt: g.now(), updatedAt: g.now()}
	g.accounts[strings.ToLower(login)] = a
	return a
}
