package github

import "encoding/json"

// CheckEvent is about a check run or a check suite of ours.
type CheckEvent struct {
	HeadSHA    string
	Pulls      []int  // those that GitHub names; none for a fork
	RunID      int64  // 0 for a suite
	RunName    string // "" for a suite
	Identifier string // of the button, for KindAction
}

type checkBody struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	HeadSHA string `json:"head_sha"`
	App     struct {
		ID int64 `json:"id"`
	} `json:"app"`
	PullRequests []struct {
		Number int `json:"number"`
		Base   struct {
			Repo struct {
				ID int64 `json:"id"`
			} `json:"repo"`
		} `json:"base"`
	} `json:"pull_requests"`
}

// event names the pull requests of this repository only; a commit can be proposed to others as well.
func (c *checkBody) event(repository int64) CheckEvent {
	e := CheckEvent{HeadSHA: c.HeadSHA}
	for _, p := range c.PullRequests {
		if p.Base.Repo.ID == repository || p.Base.Repo.ID == 0 {
			e.Pulls = append(e.Pulls, p.Number)
		}
	}
	return e
}

func parseCheckRun(body []byte, appID int64, e *Event) error {
	var in struct {
		CheckRun        checkBody `json:"check_run"`
		RequestedAction struct {
			Identifier string `json:"identifier"`
		} `json:"requested_action"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	if in.CheckRun.App.ID != appID {
		e.Why = "The check belongs to another App."
		return nil
	}
	e.Check = in.CheckRun.event(e.RepositoryID)
	e.Check.RunID, e.Check.RunName, e.Check.Identifier = in.CheckRun.ID, in.CheckRun.Name, in.RequestedAction.Identifier
	switch e.Action {
	case "rerequested":
		e.Kind = KindHeads
	case "requested_action":
		e.Kind = KindAction
	}
	return nil
}

func parseCheckSuite(body []byte, appID int64, e *Event) error {
	var in struct {
		CheckSuite checkBody `json:"check_suite"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	switch {
	case in.CheckSuite.App.ID != appID:
		e.Why = "The check suite belongs to another App."
	case e.Action == "rerequested":
		e.Kind, e.Check = KindHeads, in.CheckSuite.event(e.RepositoryID)
	}
	return nil
}
