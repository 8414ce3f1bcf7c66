package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
)

// cmdPost posts a webhook by hand, to say what GitHub would never say.
func cmdPost(ts *testscript.TestScript, neg bool, args []string) {
	flags := flag.NewFlagSet("post", flag.ContinueOnError)
	unsigned := flags.Bool("unsigned", false, "")
	old := flags.Bool("sha1", false, "")
	guid := flags.String("guid", "00000000-0000-0000-0000-000000000001", "")
	pad := flags.Int("pad", 0, "")
	st := stageOf(ts)
	secret := flags.String("secret", st.secret, "")
	ts.Check(flags.Parse(args))
	if neg || flags.NArg() != 2 {
		ts.Fatalf("usage: post [FLAG...] EVENT FILE")
	}
	body := []byte(ts.ReadFile(flags.Arg(1)))
	body = append(body, bytes.Repeat([]byte(" "), max(0, *pad-len(body)))...)
	request, err := http.NewRequest(http.MethodPost, st.gh.Hook.URL, bytes.NewReader(body))
	ts.Check(err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-GitHub-Event", flags.Arg(0))
	request.Header.Set("X-GitHub-Delivery", *guid)
	switch {
	case *old:
		request.Header.Set("X-Hub-Signature", "sha1="+signed(sha1.New, *secret, body))
	case !*unsigned:
		request.Header.Set("X-Hub-Signature-256", "sha256="+signed(sha256.New, *secret, body))
	}
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	var answer struct {
		Message string `json:"message"`
	}
	ts.Check(json.NewDecoder(response.Body).Decode(&answer))
	fmt.Fprintf(ts.Stdout(), "%d %s\n", response.StatusCode, answer.Message)
	ts.Check(st.settle(context.Background()))
}

func signed(algorithm func() hash.Hash, secret string, body []byte) string {
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func cmdCredentials(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: credentials")
	}
	st := stageOf(ts)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	for name, key := range map[string]*rsa.PrivateKey{"app.pem": st.key, "other.pem": other} {
		text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
		ts.Check(os.WriteFile(ts.MkAbs(name), text, 0o600))
		print, err := github.Fingerprint(key)
		ts.Check(err)
		ts.Setenv(map[string]string{"app.pem": "FINGERPRINT", "other.pem": "OTHER_FINGERPRINT"}[name], print)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Check(free.Close())
	ts.Setenv("BYLAW_APP_ID", strconv.Itoa(stageApp))
	ts.Setenv("BYLAW_PRIVATE_KEY_FILE", ts.MkAbs("app.pem"))
	ts.Setenv("BYLAW_WEBHOOK_SECRET", st.secret)
	ts.Setenv("BYLAW_LISTEN", free.Addr().String())
	ts.Setenv("BYLAW_DATABASE", ts.MkAbs("serve.db"))
}

func cmdKeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: keys FILE...")
	}
	var keys []*rsa.PublicKey
	for _, name := range args {
		key, err := github.ParsePrivateKey([]byte(ts.ReadFile(name)))
		ts.Check(err)
		keys = append(keys, &key.PublicKey)
	}
	stageOf(ts).gh.SetKeys(keys...)
}

func cmdSecret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: secret TEXT")
	}
	stageOf(ts).gh.SetHookSecret(args[0])
}

func cmdHandover(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: handover")
	}
	service := "http://" + ts.Getenv("BYLAW_LISTEN")
	until(ts, "the service is ready", func() bool {
		response, err := http.Get(service + "/readyz")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		return err == nil && response.StatusCode == http.StatusOK
	})
	stageOf(ts).gh.Hook.URL = service + "/webhook"
}

func cmdMetrics(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] metrics ADDRESS")
	}
	response, err := http.Get("http://" + args[0] + "/metrics")
	ts.Check(err)
	defer response.Body.Close()
	if neg != (response.StatusCode != http.StatusOK) {
		ts.Fatalf("%s answers %s", args[0], response.Status)
	}
	_, err = io.Copy(ts.Stdout(), response.Body)
	ts.Check(err)
}

func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await OWNER/REPO#N CONCLUSION")
	}
	owner, repo, number := pullOf(ts, args[0])
	st := stageOf(ts)
	until(ts, args[0]+" is "+args[1], func() bool {
		ts.Check(st.gh.Deliver(context.Background()))
		run, err := st.checkRun(owner+"/"+repo, number, bylaw.CheckName)
		return err == nil && run.Conclusion == args[1]
	})
}

func cmdTerminate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: terminate")
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

// until waits for something that another process does.
func until(ts *testscript.TestScript, what string, holds func() bool) {
	end := time.After(settleTime)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			ts.Fatalf("it never came about that %s", what)
		}
	}
}
