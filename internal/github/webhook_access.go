package github

import "slices"

// AccessEvent says that somebody's access may be different.
type AccessEvent struct {
	What string // member, membership, organization, repository, team: the event's name
}

// InstalledEvent says where the App is, or is no longer.
type InstalledEvent struct {
	Added, Removed []string // "owner/name"; an installation that goes away does not list all
}

// accessActions are the actions that can change who may do what, or what a repository is called.
var accessActions = map[string][]string{
	"installation_target": {"renamed"},
	"member":              {"added", "edited", "removed"},
	"membership":          {"added", "removed"},
	"organization":        {"member_added", "member_removed", "renamed", "deleted"},
	"repository":          {"edited", "privatized", "publicized", "renamed", "transferred", "archived", "unarchived", "deleted"},
	"team":                {"created", "deleted", "edited", "added_to_repository", "removed_from_repository"},
}

type accessBody struct{ envelope }

func (*accessBody) tell(e *Event, _ int64) {
	if slices.Contains(accessActions[e.Name], e.Action) {
		e.Kind, e.Access.What = KindAccess, e.Name
	}
}

type installationBody struct {
	envelope
	Repositories []namedRepository `json:"repositories"`
	Added        []namedRepository `json:"repositories_added"`
	Removed      []namedRepository `json:"repositories_removed"`
}

type namedRepository struct {
	FullName string `json:"full_name"`
}

func (in *installationBody) tell(e *Event, _ int64) {
	switch e.Action {
	case "deleted", "suspend":
		in.Removed = append(in.Removed, in.Repositories...)
	case "created", "unsuspend", "new_permissions_accepted":
		in.Added = append(in.Added, in.Repositories...)
	case "added", "removed":
	default:
		return
	}
	e.Kind = KindInstallation
	for _, r := range in.Added {
		e.Installed.Added = append(e.Installed.Added, r.FullName)
	}
	for _, r := range in.Removed {
		e.Installed.Removed = append(e.Installed.Removed, r.FullName)
	}
}
