package judge

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// checkRunFaults holds a check run against the rules that GitHub writes in prose and leaves out of the
// schema: https://docs.github.com/en/rest/checks/runs. Other paths have no faults.
func checkRunFaults(path string, body []byte) []error {
	if path != "/repos/{owner}/{repo}/check-runs" && path != "/repos/{owner}/{repo}/check-runs/{check_run_id}" {
		return nil
	}
	if len(body) == 0 {
		return nil
	}
	var run struct {
		Status     string
		Conclusion string
		Output     struct {
			Annotations []struct {
				StartLine   int  `json:"start_line"`
				EndLine     int  `json:"end_line"`
				StartColumn *int `json:"start_column"`
				EndColumn   *int `json:"end_column"`
				Message     string
				Title       string
				RawDetails  string `json:"raw_details"`
			}
		}
	}
	if err := json.Unmarshal(body, &run); err != nil {
		return []error{fmt.Errorf("request: not a check run: %w", err)}
	}
	var faults []error
	fault := func(format string, a ...any) { faults = append(faults, fmt.Errorf("request: "+format, a...)) }
	if run.Status == "completed" && run.Conclusion == "" {
		fault("/conclusion: a completed run needs one")
	}
	for i, a := range run.Output.Annotations {
		at := fmt.Sprintf("/output/annotations/%d", i)
		const most = 64 << 10
		switch {
		case a.StartLine < 1 || a.EndLine < a.StartLine:
			fault("%s: lines %d to %d; lines start at 1 and end after they start", at, a.StartLine, a.EndLine)
		case len(a.Message) > most:
			fault("%s/message: %d bytes, at most %d", at, len(a.Message), most)
		case len(a.RawDetails) > most:
			fault("%s/raw_details: %d bytes, at most %d", at, len(a.RawDetails), most)
		case utf8.RuneCountInString(a.Title) > 255:
			fault("%s/title: more than 255 characters", at)
		case (a.StartColumn != nil || a.EndColumn != nil) && a.StartLine != a.EndLine:
			fault("%s: columns only where start_line and end_line are the same", at)
		}
	}
	return faults
}
