package fakegithub

import (
	"maps"
	"strings"
	"testing"
	"time"
)

func TestCheckRunLimits(t *testing.T) {
	t.Parallel()
	s := open(t)
	token, head := s.token(nil), s.Head("acme", "widgets", 7)
	annotation := func(changes obj) obj {
		a := obj{"path": "README.md", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}
		maps.Copy(a, changes)
		return a
	}
	output := func(changes obj) obj {
		o := obj{"title": "t", "summary": "s"}
		maps.Copy(o, changes)
		return obj{"output": o}
	}
	many := func(n int) []obj {
		var list []obj
		for range n {
			list = append(list, annotation(nil))
		}
		return list
	}
	action := func(label, description, identifier string) obj {
		return obj{"actions": []obj{{"label": label, "description": description, "identifier": identifier}}}
	}
	long := strings.Repeat("…", maxOutput)
	for _, c := range []struct {
		what   string
		body   obj
		status int
	}{
		{"plain", obj{}, 201},
		{"no name", obj{"name": nil}, 422},
		{"no head", obj{"head_sha": nil}, 422},
		{"unknown head", obj{"head_sha": strings.Repeat("a", 40)}, 422},
		{"completed without conclusion", obj{"status": "completed"}, 422},
		{"conclusion alone completes", obj{"conclusion": "success"}, 201},
		{"stale is GitHub's own", obj{"conclusion": "stale"}, 422},
		{"waiting is for Actions", obj{"status": "waiting"}, 422},
		{"output without title", obj{"output": obj{"summary": "s"}}, 422},
		{"output without summary", obj{"output": obj{"title": "s"}}, 422},
		{"65,535 characters, not bytes", output(obj{"summary": long, "text": long}), 201},
		{"65,536 in summary", output(obj{"summary": long + "x"}), 422},
		{"65,536 in text", output(obj{"text": long + "x"}), 422},
		{"50 annotations", output(obj{"annotations": many(50)}), 201},
		{"51 annotations", output(obj{"annotations": many(51)}), 422},
		{"line 0", output(obj{"annotations": []obj{annotation(obj{"start_line": 0})}}), 422},
		{"level", output(obj{"annotations": []obj{annotation(obj{"annotation_level": "error"})}}), 422},
		{"no message", output(obj{"annotations": []obj{annotation(obj{"message": ""})}}), 422},
		{"long annotation title", output(obj{"annotations": []obj{annotation(obj{"title": strings.Repeat("x", 256)})}}), 422},
		{"large annotation", output(obj{"annotations": []obj{annotation(obj{"message": strings.Repeat("x", 64<<10+1)})}}), 422},
		{"columns on several lines", output(obj{"annotations": []obj{annotation(obj{"end_line": 2, "start_column": 1, "end_column": 2})}}), 422},
		{"action at its limits", action(strings.Repeat("l", 20), strings.Repeat("d", 40), strings.Repeat("i", 20)), 201},
		{"long label", action(strings.Repeat("l", 21), "d", "i"), 422},
		{"long description", action("l", strings.Repeat("d", 41), "i"), 422},
		{"long identifier", action("l", "d", strings.Repeat("i", 21)), 422},
		{"4 actions", obj{"actions": []obj{{}, {}, {}, {}}}, 422},
	} {
		body := obj{"name": "bylaw", "head_sha": head}
		maps.Copy(body, c.body)
		if r := s.do("POST", "/repos/acme/widgets/check-runs", token, body); r.status != c.status {
			t.Errorf("%s: %d, want %d: %s", c.what, r.status, c.status, r.text)
		}
	}
}

func TestCheckRunsAccumulate(t *testing.T) {
	t.Parallel()
	s := open(t)
	token, head := s.token(nil), s.Head("acme", "widgets", 7)
	clock := testTime
	s.Now = func() time.Time { return clock }
	post := func(conclusion string) reply {
		return s.want(s.do("POST", "/repos/acme/widgets/check-runs", token,
			obj{
				"name": "bylaw", "head_sha": head, "external_id": "same", "conclusion": conclusion,
				"output": obj{"title": "t", "summary": "s", "annotations": []obj{{"path": "README.md", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "1"}}},
			}), 201)
	}
	old, newest := post("failure"), post("success")
	equal(t, "two runs", len(s.CheckRuns("acme", "widgets", head)), 2)
	effective := func() string {
		c, _ := s.EffectiveCheck("acme", "widgets", head, "bylaw")
		return c.Conclusion
	}
	equal(t, "newest decides", effective(), "success")
	equal(t, "forks have no pull_requests", newest.len("pull_requests"), 0)

	changed := s.Changed()
	clock = clock.Add(time.Minute)
	patched := s.want(s.do("PATCH", "/repos/acme/widgets/check-runs/"+number(old.at("id")), token,
		obj{"conclusion": "cancelled", "output": obj{"summary": "s2", "annotations": []obj{{"path": "README.md", "start_line": 2, "end_line": 2, "annotation_level": "failure", "message": "2"}}}}), 200)
	select {
	case <-changed:
	default:
		t.Error("Changed does not tell of an update")
	}
	equal(t, "an older one updated changes nothing", effective(), "success")
	equal(t, "annotations append, title and completed_at stay",
		[]any{patched.at("output", "annotations_count"), patched.at("output", "title"), patched.at("completed_at")}, "[2 t 2026-03-02T10:00:00Z]")

	list := func(query string) any {
		return s.do("GET", "/repos/acme/widgets/commits/"+head+"/check-runs"+query, token, nil).at("total_count")
	}
	must(s.ReportCheck(testRepo, head, "builder", "bylaw", "success"))
	equal(t, "latest is per suite", list(""), 2)
	equal(t, "all", list("?filter=all"), 3)
	equal(t, "ours", list("?filter=all&app_id=7&check_name=bylaw"), 2)
	equal(t, "other name", list("?check_name=x"), 0)

	foreign := s.CheckRuns("acme", "widgets", head)[2]
	r := s.do("PATCH", "/repos/acme/widgets/check-runs/"+number(float64(foreign.ID)), token, obj{"conclusion": "failure"})
	equal(t, "another App's run", []any{r.status, r.at("message")},
		"[403 Invalid app_id `7` - check run can only be modified by the GitHub App that created it.]")
}

func TestCheckSuiteBeginsWithThePush(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.token(nil)
	suites := func(sha string) reply {
		return s.do("GET", "/repos/acme/widgets/commits/"+sha+"/check-suites?app_id=7", token, nil)
	}
	equal(t, "of the world", suites(s.Branch("acme", "widgets", "main")).at("check_suites", 0, "app", "slug"), "checker")
	sha := must(s.PushFiles(testRepo, "topic", "bob", Commit{Files: map[string]string{"x": "y"}}))
	equal(t, "own branch", suites(sha).at("check_suites", 0, "created_at"), "2026-03-02T10:00:00Z")
	head := s.Head("acme", "widgets", 7)
	equal(t, "fork", suites(head).at("total_count"), 0)
	s.want(s.do("POST", "/repos/acme/widgets/check-runs", token, obj{"name": "n", "head_sha": head}), 201)
	equal(t, "fork, after the first run", suites(head).at("total_count"), 1)
}

func TestCheckButtons(t *testing.T) {
	t.Parallel()
	s := open(t)
	token, head := s.token(nil), s.Head("acme", "widgets", 7)
	id := must64(s.do("POST", "/repos/acme/widgets/check-runs", token, obj{
		"name": "bylaw", "head_sha": head, "conclusion": "failure",
		"actions": []obj{{"label": "Ask", "description": "d", "identifier": "ask"}},
	}).at("id"))
	if err := s.RequestAction(testRepo, id, "other", "alice"); err == nil {
		t.Error("a button that is not there can be pressed")
	}
	must(0, s.RequestAction(testRepo, id, "ask", "alice"))
	must(0, s.RerequestCheckRun(testRepo, id, "alice"))
	must(0, s.RerequestCheckSuite(testRepo, head, "alice"))
	equal(t, "events", s.events(), "check_run.created check_run.completed check_suite.completed check_run.requested_action check_run.rerequested check_suite.rerequested")
	equal(t, "the run is not updated", s.CheckRuns("acme", "widgets", head)[0].Conclusion, "failure")
}

func must64(v any) int64 { return int64(v.(float64)) }
