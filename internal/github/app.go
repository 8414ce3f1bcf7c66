package github

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
)

// APIURL is the base address of github.com's API.
const APIURL = "https://api.github.com"

// Sizes of the caches of an App.
const (
	defaultBlobBytes = 64 << 20
	maxClients       = 10_000
	maxListedFiles   = 500_000 // changed files in all remembered lists together
)

// App is a GitHub App. Its fields must not change after the first call; it must not be copied.
// It is safe for concurrent use.
type App struct {
	ID  int64
	Key *rsa.PrivateKey // see ParsePrivateKey

	// BaseURL is taken as it is, such as "https://ghes.example/api/v3"; "" means APIURL.
	BaseURL   string
	HTTP      http.RoundTripper  // nil means one like http.DefaultTransport, with more connections
	UserAgent string             // "" means "bylaw"
	Now       func() time.Time   // nil means time.Now
	OnCall    func(Call)         // if not nil, told of every answered or failed request
	OnCache   func(string, bool) // if not nil, told of every look-up in a cache: which, and whether it was there
	BlobBytes int                // most bytes of file contents to remember; 0 means 64 MiB

	once    sync.Once
	app     *Client // speaks as the App itself, not as an installation
	caches  *caches
	mu      sync.Mutex
	clients *lru[clientKey, *Client]
	lines   *lru[int64, chan struct{}] // by installation
}

// clientKey is an installation, and the repositories to which its token is narrowed; "" for all.
type clientKey struct {
	installation int64
	repositories string
}

// Client returns the client of one installation. Clients are remembered, so that tokens and what is
// known of rate limits are shared; the one used longest ago is forgotten beyond 10,000.
func (a *App) Client(installation int64) *Client { return a.clientFor(installation, nil) }

// Narrowed returns a client of an installation that may only read, and of what is not public only the
// named repositories, which stand without their owner. GitHub refuses its token, with an [Error] of kind
// Invalid, if the installation lacks one of them.
func (a *App) Narrowed(installation int64, repositories ...string) *Client {
	return a.clientFor(installation, repositories)
}

func (a *App) clientFor(installation int64, repositories []string) *Client {
	a.once.Do(a.start)
	a.mu.Lock()
	defer a.mu.Unlock()
	key := clientKey{installation, strings.ToLower(strings.Join(repositories, "/"))}
	if c, ok := a.clients.get(key); ok {
		return c
	}
	// ghinstallation writes to the Apps transport when it renews a token, so each has its own.
	transport := ghinstallation.NewFromAppsTransport(a.apps(a.lineOf(installation)), installation)
	if len(repositories) > 0 {
		transport = ghinstallation.NewFromAppsTransport(a.apps(withoutRepositories{a.lineOf(installation)}), installation)
		transport.InstallationTokenOptions = &github.InstallationTokenOptions{
			Repositories: repositories,
			Permissions:  &github.InstallationPermissions{Contents: new("read"), PullRequests: new("read"), Metadata: new("read")},
		}
	}
	c := a.client(transport, installation)
	a.clients.put(key, c, 1)
	return c
}

// Forget drops the clients of an installation, so that the next one starts with a new token: a token
// keeps the permissions and repositories that it was given, up to an hour.
func (a *App) Forget(installation int64) {
	a.once.Do(a.start)
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, e := range a.clients.items {
		if key.installation == installation {
			a.clients.remove(e)
		}
	}
}

func (a *App) start() {
	a.caches = newCaches(a.BlobBytes)
	a.caches.onLook = a.OnCache
	a.clients = newLRU[clientKey, *Client](maxClients)
	a.lines = newLRU[int64, chan struct{}](maxClients)
	if a.HTTP == nil {
		a.HTTP = transport()
	}
	a.app = a.client(a.apps(a.observed(0)), 0)
}

// observed stands below everything, so that it sees requests for tokens as well.
func (a *App) observed(installation int64) http.RoundTripper {
	return &observed{next: a.HTTP, installation: installation, onCall: a.OnCall}
}

// apps speaks as the App itself.
func (a *App) apps(next http.RoundTripper) *ghinstallation.AppsTransport {
	t := ghinstallation.NewAppsTransportFromPrivateKey(next, a.ID, a.Key)
	t.BaseURL = base(a.BaseURL)
	return t
}

func (a *App) client(rt http.RoundTripper, installation int64) *Client {
	spent := &budgets{}
	c := newClient(base(a.BaseURL), &metered{next: rt, budgets: spent}, a.UserAgent)
	c.app, c.installation, c.budgets = a.ID, installation, spent
	c.caches = a.caches
	if a.Now != nil {
		c.now = a.Now
	}
	return c
}

// Verify asks GitHub whether it accepts the App's number and key. An [Error] of kind Unauthorized or
// NotFound says that they do not belong together; any other one says nothing about them.
func (a *App) Verify(ctx context.Context) error {
	_, _, err := a.About(ctx)
	return err
}

// Installation is the App on one account.
type Installation struct {
	ID        int64
	Account   string // login of the organization or user
	Suspended bool
}

// InstallationOf returns the installation that reaches a repository. An [Error] of kind NotFound says
// that the App is not installed there.
func (a *App) InstallationOf(ctx context.Context, owner, repo string) (int64, error) {
	a.once.Do(a.start)
	var answer struct {
		ID int64 `json:"id"`
	}
	op := fmt.Sprintf("find installation of %s/%s", owner, repo)
	_, err := a.app.rest(ctx, op, http.MethodGet, restPath("repos", owner, repo, "installation"), nil, &answer)
	return answer.ID, err
}

// Installations lists where the App is installed.
func (a *App) Installations(ctx context.Context) ([]Installation, error) {
	grants, err := a.Grants(ctx)
	if err != nil {
		return nil, err
	}
	list := []Installation{}
	for _, g := range grants {
		list = append(list, g.Installation)
	}
	return list, nil
}

// Fingerprint names a private key as the settings of its App on GitHub do, and gives nothing of it away.
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps#verifying-private-keys
func Fingerprint(key *rsa.PrivateKey) (string, error) {
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return "", fmt.Errorf("take the fingerprint of a key: %w", err)
	}
	sum := sha256.Sum256(public)
	return "SHA256:" + base64.StdEncoding.EncodeToString(sum[:]), nil
}

// ParsePrivateKey reads an App's private key in PEM form, as GitHub hands it out (PKCS #1) or
// converted (PKCS #8). The error never holds a part of the key.
func ParsePrivateKey(data []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("parse private key: this is not a PEM file (it begins with -----BEGIN RSA PRIVATE KEY-----)")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("parse private key: the PEM file holds no private key that can be read")
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("parse private key: GitHub Apps have RSA keys, and this is another kind")
	}
	return rsaKey, nil
}
