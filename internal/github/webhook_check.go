package github

// CheckEvent is about a check run or a check suite of ours.
type CheckEvent struct {
	HeadSHA    string
	Pulls      []int  // those that GitHub names; none for a fork
	Identifier string // of the button, for KindAction
}

// check is a run or a suite.
type check struct {
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

// event names the pull requests of the repository of that number only; a commit can be proposed to others as well.
func (c *check) event(here int64) CheckEvent {
	e := CheckEvent{HeadSHA: c.HeadSHA}
	for _, p := range c.PullRequests {
		if p.Base.Repo.ID == here || p.Base.Repo.ID == 0 {
			e.Pulls = append(e.Pulls, p.Number)
		}
	}
	return e
}

type checkRunBody struct {
	envelope
	CheckRun        check `json:"check_run"`
	RequestedAction struct {
		Identifier string `json:"identifier"`
	} `json:"requested_action"`
}

func (in *checkRunBody) tell(e *Event, appID int64) {
	if in.CheckRun.App.ID != appID {
		e.Why = "The check belongs to another App."
		return
	}
	e.Check = in.CheckRun.event(in.Repository.ID)
	e.Check.Identifier = in.RequestedAction.Identifier
	switch e.Action {
	case "rerequested":
		e.Kind = KindHeads
	case "requested_action":
		e.Kind = KindAction
	}
}

type checkSuiteBody struct {
	envelope
	CheckSuite check `json:"check_suite"`
}

func (in *checkSuiteBody) tell(e *Event, appID int64) {
	switch {
	case in.CheckSuite.App.ID != appID:
		e.Why = "The check suite belongs to another App."
	case e.Action == "rerequested":
		e.Kind, e.Check = KindHeads, in.CheckSuite.event(in.Repository.ID)
	}
}
