package page

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

const (
	sessionTime = 8 * time.Hour
	signInTime  = 10 * time.Minute // for the way to GitHub and back, as long as its code holds
)

// digest derives one secret from another, for one purpose.
func digest(purpose, secret string) string {
	sum := sha256.Sum256([]byte(purpose + "\x00" + secret))
	return hex.EncodeToString(sum[:])
}

// newSecret has 256 bits.
func newSecret() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// cookie makes a cookie that no script can read and no other site can have sent along. Over TLS its name keeps
// it to this host; without TLS, on loopback, browsers refuse such names.
func (s *Site) cookie(name, value string, life time.Duration) *http.Cookie {
	c := &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode}
	if life <= 0 {
		c.MaxAge = -1
	}
	return c
}

func (s *Site) cookieName(name string) string {
	if s.secure() {
		return "__Host-bylaw-" + name
	}
	return "bylaw-" + name
}

// viewer finds out who looks.
func (s *Site) viewer(r *http.Request) (viewer, error) {
	c, err := r.Cookie(s.cookieName("session"))
	if err != nil || c.Value == "" || !s.canSignIn() {
		return viewer{}, nil
	}
	session, found, err := s.Store.Session(r.Context(), digest("session", c.Value))
	if err != nil || !found {
		return viewer{}, err
	}
	operator := slices.ContainsFunc(s.Operators, func(login string) bool { return strings.EqualFold(login, session.Login) })
	return viewer{session: session, secret: c.Value, Operator: operator}, nil
}

// local is a path of this service to go to, and its front page in place of anything else.
func local(to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil, len(to) > 1000, u.Scheme != "", u.Host != "", u.User != nil, !strings.HasPrefix(to, "/"):
		return "/"
	case strings.HasPrefix(to, "//"), strings.ContainsAny(to, "\\\r\n\t\x00"), strings.HasPrefix(u.Path, "//"), strings.HasPrefix(u.Path, "/sign-"):
		return "/"
	}
	return u.RequestURI()
}

func (s *Site) signIn(v visit) error {
	if !s.canSignIn() {
		return errNotFound
	}
	to := local(v.r.URL.Query().Get("to"))
	return s.show(v, http.StatusOK, "signin.html", "Sign in", nil, struct{ Start, To string }{"/sign-in/start?" + url.Values{"to": {to}}.Encode(), to})
}

// signing answers the two steps of signing in, which show nothing unless they fail.
func (s *Site) signing(step func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := errNotFound
		if s.canSignIn() {
			err = step(w, r)
		}
		refused := new(github.Error)
		switch {
		case errors.Is(err, errNotFinished), errors.As(err, &refused) && refused.Kind == github.Unauthorized:
			s.fault(w, r, viewer{}, http.StatusBadRequest, "Not signed in", "Signing in was not finished: it took more than ten minutes, was begun in another browser, or was refused on GitHub. Start again.")
		case errors.As(err, &refused):
			s.Log.Warn("sign-in failed", "err", err)
			s.fault(w, r, viewer{}, http.StatusServiceUnavailable, "Not signed in", "GitHub could not be asked who you are. "+refused.Sentence()+" Try again in a minute.")
		default:
			s.answer(w, r, viewer{}, err)
		}
	})
}

var errNotFinished = errors.New("sign-in was not finished")

// startSignIn sends the person to GitHub. All that must be known when they come back is in a cookie of their own
// browser: a secret, from which state and verifier are derived, and where they wanted to go.
func (s *Site) startSignIn(w http.ResponseWriter, r *http.Request) error {
	secret := newSecret()
	to := base64.RawURLEncoding.EncodeToString([]byte(local(r.URL.Query().Get("to"))))
	http.SetCookie(w, s.cookie("sign-in", secret+"."+to, signInTime))
	sum := sha256.Sum256([]byte(digest("verifier", secret)))
	http.Redirect(w, r, s.SignIn.Authorize(s.callback(), digest("state", secret), base64.RawURLEncoding.EncodeToString(sum[:])), http.StatusSeeOther)
	return nil
}

func (s *Site) callback() string { return s.URL.JoinPath("sign-in", "callback").String() }

// finishSignIn takes the code with which GitHub sends a person back. The token is used to ask who they are and
// what they can read, and is forgotten.
func (s *Site) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie(s.cookieName("sign-in"))
	if err != nil {
		return errNotFinished
	}
	http.SetCookie(w, s.cookie("sign-in", "", 0))
	secret, encoded, _ := strings.Cut(c.Value, ".")
	to, err := base64.RawURLEncoding.DecodeString(encoded)
	state, code := r.URL.Query().Get("state"), r.URL.Query().Get("code")
	if err != nil || code == "" || subtle.ConstantTimeCompare([]byte(state), []byte(digest("state", secret))) != 1 {
		return errNotFinished
	}
	token, err := s.SignIn.Exchange(r.Context(), code, digest("verifier", secret), s.callback())
	if err != nil {
		return err
	}
	who, readable, err := s.SignIn.Person(r.Context(), token)
	if err != nil {
		return err
	}
	if who.Kind != bylaw.KindUser || who.ID == 0 {
		return errNotFinished
	}
	mine := newSecret()
	session := store.Session{Hash: digest("session", mine), Account: who.ID, Login: who.Login, Repositories: readable, ExpiresAt: s.Now().Add(sessionTime)}
	if err := s.Store.SaveSession(r.Context(), session); err != nil {
		return err
	}
	if old, err := r.Cookie(s.cookieName("session")); err == nil { // it is replaced, so nobody needs it any more
		if err := s.Store.EndSession(r.Context(), digest("session", old.Value)); err != nil {
			return err
		}
	}
	s.Log.Info("signed in", "login", who.Login)
	http.SetCookie(w, s.cookie("session", mine, sessionTime))
	http.Redirect(w, r, local(string(to)), http.StatusSeeOther)
	return nil
}

// signOut ends the session. The form that asks for it must come from one of our pages.
func (s *Site) signOut(v visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, 4<<10)
	given := v.r.PostFormValue("token")
	if v.viewer.SignedIn() {
		if subtle.ConstantTimeCompare([]byte(given), []byte(v.viewer.Token())) != 1 {
			s.fault(v.w, v.r, v.viewer, http.StatusForbidden, "Not signed out", "This request did not come from a page of this service. Use the button above.")
			return nil
		}
		if err := s.Store.EndSession(v.r.Context(), v.viewer.session.Hash); err != nil {
			return err
		}
	}
	http.SetCookie(v.w, s.cookie("session", "", 0))
	http.Redirect(v.w, v.r, "/", http.StatusSeeOther)
	return nil
}
