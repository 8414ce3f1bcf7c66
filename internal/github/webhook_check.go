package github

import "encoding/json"

// CheckEvent is about a check run or a check suite of ours.
type CheckEvent struct {
	HeadSHA    string
	Pulls      []int  // those that GitHub names; none for a fork
	Identifier string // of the button, for KindAction
}

type checkBody struct {
	HeadSHA string `json:"head_sha"`
	App     struct {
		ID int64 `json:"id"`
	} `json:"app"`
	PullRequests []struct {
		Number int `json:"number"`
		Base   struct {
			Repo repository `json:"repo"`
		} `json:"base"`
	} `json:"pull_requests"`
}

type repository struct {
	ID int64 `json:"id"`
}

// event names the pull requests of this repository only; a commit can be proposed to others as well.
func (c *checkBody) event(here repository) CheckEvent {
	e := CheckEvent{HeadSHA: c.HeadSHA}
	for _, p := range c.PullRequests {
		if p.Base.Repo == here || p.Base.Repo.ID == 0 {
			e.Pulls = append(e.Pulls, p.Number)
		}
	}
	return e
}

func parseCheckRun(body []byte, appID int64, e *Event) error {
	var in struct {
		CheckRun        checkBody  `json:"check_run"`
		Repository      repository `json:"repository"`
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
	e.Check = in.CheckRun.event(in.Repository)
	e.Check.Identifier = in.RequestedAction.Identifier
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
		CheckSuite checkBody  `json:"check_suite"`
		Repository repository `json:"repository"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	switch {
	case in.CheckSuite.App.ID != appID:
		e.Why = "The check suite belongs to another App."
	case e.Action == "rerequested":
		e.Kind, e.Check = KindHeads, in.CheckSuite.event(in.Repository)
	}
	return nil
}
