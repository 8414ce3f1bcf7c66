package fakegithub

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseWorld(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(testWorld())
	if err != nil {
		t.Fatal(err)
	}
	w, err := ParseWorld(data)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(w)
	if string(again) != string(data) {
		i := 0
		for again[i] == data[i] {
			i++
		}
		t.Errorf("round trip: %.100s, want %.100s", again[i:], data[i:])
	}
	if _, err := ParseWorld([]byte("{\n\"users\": [\n{\"logni\": \"x\"}]}")); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("unknown key: %v", err)
	}
}

// What a world gets wrong is an error that names it, never left out.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want string
		edit func(w *World)
	}{
		{`account "alice"`, func(w *World) { w.Users = append(w.Users, User{Login: "alice"}) }},
		{"neither User nor Bot", func(w *World) { w.Users[0].Type = "Robot" }},
		{`no account "zoe"`, func(w *World) { w.Teams[0].Members[0].Login = "zoe" }},
		{"neither active nor pending", func(w *World) { w.Teams[0].Members[0].State = "invited" }},
		{"parent: no team", func(w *World) { w.Teams[1].Parent = "x" }},
		{`unknown permission "push"`, func(w *World) { w.Repositories[0].Collaborators["bob"] = "push" }},
		{"no team acme/x", func(w *World) { w.Repositories[0].Teams["x"] = "read" }},
		{`no branch "x"`, func(w *World) { w.Repositories[0].PullRequests[0].Base = "x" }},
		{"no commits", func(w *World) { w.Repositories[0].PullRequests[0].Commits = nil }},
		{"remove x: no such file", func(w *World) { w.Repositories[0].PullRequests[0].Commits[0].Removed = []string{"x"} }},
		{`unknown state "OK"`, func(w *World) { w.Repositories[0].PullRequests[0].Reviews[0].State = "OK" }},
		{"alice is the author", func(w *World) { w.Repositories[0].PullRequests[0].Reviews[0].Author = "alice" }},
		{"there is no commit 3", func(w *World) { w.Repositories[0].PullRequests[0].Reviews[0].Commit = "3" }},
		{"installation on acme: no repository", func(w *World) { w.Installations[0].Repositories = []string{"x"} }},
		{`token: no account "x"`, func(w *World) { w.Tokens["t"] = "x" }},
	} {
		w := testWorld()
		c.edit(&w)
		if _, err := New(w); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestReviewOfAnEarlierCommit(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) { w.Repositories[0].PullRequests[0].Reviews[0].Commit = "1" })
	first := s.do("GET", "/repos/acme/widgets/pulls/7/commits", s.token(nil), nil).at(0, "sha")
	equal(t, "commit", s.do("GET", "/repos/acme/widgets/pulls/7/reviews", s.token(nil), nil).at(0, "commit_id"), first)
}

func TestMergedInTheWorld(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) { w.Repositories[0].PullRequests[0].MergedBy = "bob" })
	p := s.do("GET", "/repos/acme/widgets/pulls/7", s.token(nil), nil)
	equal(t, "merged", []any{p.at("merged"), p.at("merged_by", "login"), p.at("changed_files"), p.at("state")}, "[true bob 4 closed]")
	equal(t, "files of main", s.do("GET", "/repos/acme/widgets/contents/docs/b.md", s.token(nil), nil).status, 200)
}

// A merge group is the base, the pull requests ahead and its own; who leaves makes those behind start anew.
func TestMergeQueue(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) {
		w.Repositories[0].PullRequests = append(w.Repositories[0].PullRequests, Pull{
			Number: 8, Author: "bob", Commits: []Commit{{Files: map[string]string{"x": "y"}}},
		})
	})
	first, second := must(s.EnqueuePull(testRepo, 7, "bob")), must(s.EnqueuePull(testRepo, 8, "bob"))
	token := s.token(nil)
	for path, status := range map[string]int{"x": 200, "docs/b.md": 200, "OWNERS.md": 404} {
		equal(t, path, s.do("GET", "/repos/acme/widgets/contents/"+path+"?ref="+second, token, nil).status, status)
	}
	compared := s.do("GET", "/repos/acme/widgets/compare/"+first+"..."+second, token, nil)
	equal(t, "on top of the first", compared.at("behind_by"), 0)
	must(0, s.DequeuePull(testRepo, 7, "bob", "invalidated"))
	var destroyed, requested []string
	for _, d := range s.Deliveries() {
		sha, _ := reply{text: string(d.Payload)}.at("merge_group", "head_sha").(string)
		switch d.Event + "." + d.Action {
		case "merge_group.destroyed":
			destroyed = append(destroyed, sha)
		case "merge_group.checks_requested":
			requested = append(requested, sha)
		}
	}
	equal(t, "destroyed", destroyed, []string{first, second})
	equal(t, "requested", len(requested), 3)
	equal(t, "rebuilt without the first", s.do("GET", "/repos/acme/widgets/contents/OWNERS.md?ref="+requested[2], token, nil).status, 200)
	must(0, s.DequeuePull(testRepo, 8, "bob", "merged"))
	equal(t, "main", s.Branch("acme", "widgets", "main"), requested[2])
}

func TestManifestConversionIsForOneUse(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.OfferConversion("abc", Conversion{ClientID: "Iv1", ClientSecret: "c", WebhookSecret: "w", PEM: "-----BEGIN"})
	r := s.do("POST", "/app-manifests/abc/conversions", "", nil)
	equal(t, "conversion", []any{r.status, r.at("id"), r.at("webhook_secret"), r.at("pem")}, "[201 7 w -----BEGIN]")
	equal(t, "again", s.do("POST", "/app-manifests/abc/conversions", "", nil).status, 404)
}
