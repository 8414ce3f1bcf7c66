package github

import "encoding/json"

// AccessEvent says whose access may be different. Empty fields mean: of everybody concerned.
type AccessEvent struct {
	What  string // member, membership, organization, repository, team: the event's name
	Login string // whom it is about
	Team  string // slug
}

// InstalledEvent says where the App is, or is no longer.
type InstalledEvent struct {
	Added, Removed []string // "owner/name"; an installation that goes away does not list all
}

// accessActions are the actions that can change who may do what, or what a repository is called.
var accessActions = map[string][]string{
	"member":       {"added", "edited", "removed"},
	"membership":   {"added", "removed"},
	"organization": {"member_added", "member_removed", "renamed", "deleted"},
	"repository":   {"edited", "privatized", "publicized", "renamed", "transferred", "archived", "unarchived", "deleted"},
	"team":         {"created", "deleted", "edited", "added_to_repository", "removed_from_repository"},
}

func parseAccess(body []byte, _ int64, e *Event) error {
	var in struct {
		Member     login `json:"member"`
		Membership struct {
			User login `json:"user"`
		} `json:"membership"`
		Team struct {
			Slug string `json:"slug"`
		} `json:"team"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	for _, action := range accessActions[e.Name] {
		if e.Action == action {
			e.Kind = KindAccess
		}
	}
	e.Access = AccessEvent{What: e.Name, Login: in.Member.Login, Team: in.Team.Slug}
	if e.Access.Login == "" {
		e.Access.Login = in.Membership.User.Login
	}
	return nil
}

func parseInstallation(body []byte, _ int64, e *Event) error {
	type repositories []struct {
		FullName string `json:"full_name"`
	}
	var in struct {
		Repositories repositories `json:"repositories"`
		Added        repositories `json:"repositories_added"`
		Removed      repositories `json:"repositories_removed"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	switch e.Action {
	case "deleted", "suspend":
		in.Removed = append(in.Removed, in.Repositories...)
	case "created", "unsuspend", "new_permissions_accepted":
		in.Added = append(in.Added, in.Repositories...)
	case "added", "removed":
	default:
		return nil
	}
	e.Kind = KindInstallation
	for _, r := range in.Added {
		e.Installed.Added = append(e.Installed.Added, r.FullName)
	}
	for _, r := range in.Removed {
		e.Installed.Removed = append(e.Installed.Removed, r.FullName)
	}
	return nil
}
