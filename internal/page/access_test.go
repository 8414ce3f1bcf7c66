package page

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestWhoMayNotLookLearnsNothing compares the answers about a private repository with those about one that does
// not exist, word for word, and what GitHub is asked for them.
func TestWhoMayNotLookLearnsNothing(t *testing.T) {
	t.Parallel()
	for name, public := range map[string]bool{"public pages": true, "no public pages": false} {
		w := newTown(t, func(s *Site) { s.Public = public })
		nobody, dave := w.browser(t), w.browser(t)
		dave.signIn("dave", "/")
		for who, b := range map[string]*browser{"nobody": nobody, "Dave": dave} {
			w.gh.ResetCalls()
			for _, path := range everyPage("acme/secret") {
				there, missing := b.get(path), b.get(strings.ReplaceAll(path, "secret", "absent"))
				if there.status != http.StatusNotFound {
					t.Fatalf("%s, %s: %s is answered %d", name, who, path, there.status)
				}
				missing.body = strings.ReplaceAll(missing.body, "absent", "secret")
				missing.header.Set("Date", there.header.Get("Date"))
				if diff := cmp.Diff(missing, there, cmp.AllowUnexported(seen{})); diff != "" {
					t.Errorf("%s, %s: %s differs from what does not exist (-absent +there):\n%s", name, who, path, diff)
				}
			}
			if calls := w.gh.Calls(); len(calls) > 0 {
				t.Errorf("%s, %s: GitHub was asked %s", name, who, calls[0].Path)
			}
			if page := b.get("/"); strings.Contains(page.body, "secret") || strings.Contains(page.body, "widgets") != (public || who == "Dave") {
				t.Errorf("%s, %s: the front page shows what it must not, or not what it must:\n%s", name, who, page.body)
			}
			if got := b.get("/queue"); got.status != http.StatusNotFound {
				t.Errorf("%s, %s: the queue is answered %d", name, who, got.status)
			}
		}
	}
}

// A decision of one repository is not to be had under the name of another.
func TestDecisionsStayInTheirRepository(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Public = true })
	if got := w.browser(t).get("/acme/widgets/decision/r-secret"); got.status != http.StatusNotFound {
		t.Errorf("answered %d", got.status)
	}
}

func TestWhoMayLook(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Operators = []string{"Olivia"} })
	bob, olivia, dave := w.browser(t), w.browser(t), w.browser(t)
	if got := bob.signIn("bob", "/acme/secret/pull/7"); got.status != 200 || !strings.Contains(got.body, "Turn widgets both ways") {
		t.Fatalf("Bob is led to %d\n%s", got.status, got.body)
	}
	olivia.signIn("olivia", "/")
	dave.signIn("dave", "/")
	for _, path := range append(everyPage("acme/secret"), everyPage("acme/widgets")...) {
		for who, b := range map[string]*browser{"Bob": bob, "Olivia": olivia} {
			if got := b.get(path); got.status != 200 {
				t.Errorf("%s: %s is answered %d", who, path, got.status)
			}
		}
		if got := dave.get(path).status; (got == 200) != strings.Contains(path, "widgets") {
			t.Errorf("Dave: %s is answered %d", path, got)
		}
	}
	if got := bob.get("/ACME/Secret/pull/7"); got.status != 200 {
		t.Errorf("another spelling of the name is answered %d", got.status)
	}
	if got := olivia.get("/queue"); got.status != 200 {
		t.Errorf("the queue is answered %d to an operator", got.status)
	}
	if got := bob.get("/queue"); got.status != http.StatusNotFound {
		t.Errorf("the queue is answered %d to Bob", got.status)
	}

	must(t, w.gh.RemoveCollaborator("acme/secret", "bob", "olivia"))
	w.pass(believed)
	if got := bob.get("/acme/secret/pull/7"); got.status != http.StatusNotFound {
		t.Errorf("after his access was taken away, Bob is answered %d", got.status)
	}
	w.pass(sessionTime)
	if got := olivia.get("/acme/secret"); got.status != http.StatusNotFound {
		t.Errorf("after eight hours Olivia is answered %d", got.status)
	}
}

// TestWhatIsNoLongerPublicIsNotShown: by the webhook at once, and without it when GitHub's word is old.
func TestWhatIsNoLongerPublicIsNotShown(t *testing.T) {
	t.Parallel()
	const page = "/acme/widgets/pull/7"
	status := func(w *town) int { return w.browser(t).get(page).status }
	public := func(s *Site) { s.Public = true }

	told := newTown(t, public)
	if got := status(told); got != 200 {
		t.Fatalf("public: answered %d", got)
	}
	_, err := told.Store.Accept(t.Context(), store.Intake{Delivery: store.Delivery{GUID: "1"}, Hide: []string{"acme/widgets"}})
	must(t, err)
	if got := status(told); got != http.StatusNotFound {
		t.Errorf("after the webhook: answered %d", got)
	}

	lost := newTown(t, public)
	status(lost)
	must(t, lost.gh.SetPrivate("acme/widgets", true, "olivia"))
	lost.pass(believed)
	if got := status(lost); got != http.StatusNotFound {
		t.Errorf("without the webhook: answered %d", got)
	}

	silent := newTown(t, public)
	silent.gh.AddFault(fakegithub.Fault{Status: 502})
	if got := status(silent); got != http.StatusNotFound {
		t.Errorf("while GitHub does not answer: answered %d", got)
	}

	// What was decided while it was private is not public when it is opened.
	opened := newTown(t, public)
	must(t, opened.gh.SetPrivate("acme/secret", false, "olivia"))
	s := snapshot("acme/secret", 8)
	opened.keep(t, "later", s, verdict())
	for path, want := range map[string]int{"/acme/secret/decision/later": 200, "/acme/secret/pull/8": 200, "/acme/secret/pull/7": 404, "/acme/secret/decision/r-secret": 404} {
		if got := opened.browser(t).get(path); got.status != want {
			t.Errorf("opened: %s is answered %d, want %d", path, got.status, want)
		}
	}
	for _, path := range []string{"/acme/secret/decisions", "/acme/secret/audit", "/acme/secret"} {
		if got := opened.browser(t).get(path); !strings.Contains(got.body, "#8") || strings.Contains(got.body, "#7") {
			t.Errorf("opened: %s shows what was decided before, or not what was after:\n%s", path, got.body)
		}
	}
}

func TestTooMuchFromOneAddress(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.browser(t)
	b.client.Transport = fromOutside{}
	w.limits.pages.size, w.limits.signIns.size = 3, 2
	count := func(path string) (answered int) {
		for range 6 {
			if got := b.get(path); got.status != http.StatusTooManyRequests {
				answered++
			} else if got.header.Get("Retry-After") == "" || !strings.Contains(got.body, "Wait a minute") {
				t.Errorf("%s: refused without saying when to come again", path)
			}
		}
		return answered
	}
	if pages, signIns := count("/"), count("/sign-in"); pages != 3 || signIns != 2 {
		t.Errorf("%d pages and %d sign-ins were answered", pages, signIns)
	}
	if got := w.browser(t).get("/"); got.status != 200 {
		t.Errorf("somebody else is answered %d", got.status)
	}
	w.pass(time.Minute)
	if got := b.get("/"); got.status != 200 {
		t.Errorf("after a minute: answered %d", got.status)
	}
	for i := range maxAddresses + 10 {
		w.limits.pages.take(time.Duration(i).String())
	}
	if n := len(w.limits.pages.all); n > maxAddresses {
		t.Errorf("%d addresses are remembered", n)
	}
}

// fromOutside asks as through a proxy. What the client itself writes there counts for nothing.
type fromOutside struct{}

func (fromOutside) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", time.Now().String()+", 203.0.113.9")
	return http.DefaultTransport.RoundTrip(r)
}
