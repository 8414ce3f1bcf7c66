package github

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// The types of this file have the shape of the answers to query/read.graphql and query/page.graphql.

type readAnswer struct {
	Repository *struct {
		tipAnswer
		DatabaseID  int64       `json:"databaseId"`
		IsPrivate   bool        `json:"isPrivate"`
		Lately      *history    `json:"lately"` // nil when the repository is empty
		PullRequest *pullAnswer `json:"pullRequest"`
		Open        struct {
			Nodes []openPull `json:"nodes"`
		} `json:"open"`
	} `json:"repository"`
	Law             entries    `json:"law"`
	Organization    *tipAnswer `json:"organization"`
	OrganizationLaw entries    `json:"organizationLaw"`
}

type tipAnswer struct {
	NameWithOwner    string `json:"nameWithOwner"`
	DefaultBranchRef *struct {
		Name   string  `json:"name"`
		Target *commit `json:"target"`
	} `json:"defaultBranchRef"`
}

type pullAnswer struct {
	connections
	Title             string     `json:"title"`
	URL               string     `json:"url"`
	Body              string     `json:"body"`
	State             string     `json:"state"`
	IsDraft           bool       `json:"isDraft"`
	CreatedAt         bylaw.Time `json:"createdAt"`
	UpdatedAt         bylaw.Time `json:"updatedAt"`
	MergedAt          bylaw.Time `json:"mergedAt"`
	Additions         int        `json:"additions"`
	Deletions         int        `json:"deletions"`
	ChangedFiles      int        `json:"changedFiles"`
	HeadRefName       string     `json:"headRefName"`
	BaseRefName       string     `json:"baseRefName"`
	BaseRefOID        string     `json:"baseRefOid"` // as it was at the last push to the pull request
	IsCrossRepository bool       `json:"isCrossRepository"`
	Author            *actor     `json:"author"`
	MergedBy          *actor     `json:"mergedBy"`
	BaseRef           *struct {
		Target *commit `json:"target"`
	} `json:"baseRef"` // nil when the branch is gone
	HeadRepository *struct {
		NameWithOwner string `json:"nameWithOwner"`
	} `json:"headRepository"`
	Labels struct {
		TotalCount int     `json:"totalCount"`
		Nodes      []label `json:"nodes"`
	} `json:"labels"`
	ReviewRequests struct {
		TotalCount int `json:"totalCount"`
		Nodes      []struct {
			RequestedReviewer *actor `json:"requestedReviewer"`
		} `json:"nodes"`
	} `json:"reviewRequests"`
	Head struct {
		Nodes []struct {
			Commit headAnswer `json:"commit"`
		} `json:"nodes"`
	} `json:"head"`
}

// head is the last commit, if it is the head.
func (p *pullAnswer) head() headAnswer {
	if len(p.Head.Nodes) != 1 || p.Head.Nodes[0].Commit.OID != p.HeadRefOID {
		return headAnswer{}
	}
	return p.Head.Nodes[0].Commit
}

// baseTip is the tip of the base branch, or what it was once the branch is gone.
func (p *pullAnswer) baseTip() string {
	if p.BaseRef == nil || p.BaseRef.Target.oid() == "" {
		return p.BaseRefOID
	}
	return p.BaseRef.Target.OID
}

type openPull struct {
	Number     int    `json:"number"`
	HeadRefOID string `json:"headRefOid"`
}

type headAnswer struct {
	commit
	CheckSuites *struct {
		Nodes []struct {
			CreatedAt bylaw.Time `json:"createdAt"`
		} `json:"nodes"`
	} `json:"checkSuites"`
	Ours *struct {
		Nodes []struct {
			CheckRuns *struct {
				Nodes []struct {
					DatabaseID int64  `json:"databaseId"`
					Name       string `json:"name"`
					Conclusion string `json:"conclusion"`
					ExternalID string `json:"externalId"`
				} `json:"nodes"`
			} `json:"checkRuns"`
		} `json:"nodes"`
	} `json:"ours"`
	AssociatedPullRequests *struct {
		TotalCount int `json:"totalCount"`
		Nodes      []struct {
			openPull
			State          string `json:"state"`
			BaseRepository *struct {
				NameWithOwner string `json:"nameWithOwner"`
			} `json:"baseRepository"`
		} `json:"nodes"`
	} `json:"associatedPullRequests"`
}

// connections are the lists that may take several pages, with the head that they belong to.
type connections struct {
	HeadRefOID    string               `json:"headRefOid"`
	Reviews       connection[review]   `json:"reviews"`
	Commits       connection[pullPart] `json:"commits"`
	Comments      connection[comment]  `json:"comments"`
	TimelineItems connection[timeline] `json:"timelineItems"`
}

type connection[T any] struct {
	TotalCount int `json:"totalCount"`
	PageInfo   struct {
		HasNextPage     bool   `json:"hasNextPage"`
		EndCursor       string `json:"endCursor"`
		HasPreviousPage bool   `json:"hasPreviousPage"`
		StartCursor     string `json:"startCursor"`
	} `json:"pageInfo"`
	Nodes []T `json:"nodes"`
}

type review struct {
	Author                    *actor     `json:"author"`
	AuthorCanPushToRepository bool       `json:"authorCanPushToRepository"`
	State                     string     `json:"state"`
	Body                      string     `json:"body"`
	SubmittedAt               bylaw.Time `json:"submittedAt"`
	Commit                    *commit    `json:"commit"` // nil when git has thrown it away
}

type pullPart struct {
	Commit struct {
		commit
		Authors struct {
			TotalCount int      `json:"totalCount"`
			Nodes      []signed `json:"nodes"`
		} `json:"authors"`
		Committer *signed `json:"committer"`
		Signature *struct {
			IsValid bool `json:"isValid"`
		} `json:"signature"`
	} `json:"commit"`
}

type comment struct {
	FullDatabaseID id         `json:"fullDatabaseId"`
	Author         *actor     `json:"author"`
	Editor         *actor     `json:"editor"`
	Body           string     `json:"body"`
	CreatedAt      bylaw.Time `json:"createdAt"`
	LastEditedAt   bylaw.Time `json:"lastEditedAt"`
}

type timeline struct {
	Typename    string     `json:"__typename"`
	CreatedAt   bylaw.Time `json:"createdAt"`
	Actor       *actor     `json:"actor"`
	Label       label      `json:"label"`
	AfterCommit *commit    `json:"afterCommit"`
}

// history is a branch with its last commits.
type history struct {
	Target *struct {
		History struct {
			Nodes []struct {
				CommittedDate bylaw.Time `json:"committedDate"`
				Author        *signed    `json:"author"`
			} `json:"nodes"`
		} `json:"history"`
	} `json:"target"`
}

type label struct {
	Name string `json:"name"`
}

type commit struct {
	OID string `json:"oid"`
}

// oid is the id of a commit that may be missing.
func (c *commit) oid() string {
	if c == nil {
		return ""
	}
	return c.OID
}

// actor is somebody as GraphQL shows them; nil is a deleted account.
type actor struct {
	Typename   string `json:"__typename"`
	Login      string `json:"login"`
	DatabaseID int64  `json:"databaseId"`
	Company    string `json:"company"` // of a user
}

// account translates to the words of REST, where the login of a bot ends in "[bot]". A mannequin,
// which GitHub makes for somebody in imported history, counts as deleted: its login is not an account's.
func (a *actor) account() bylaw.Account {
	switch {
	case a == nil, a.Typename == "Mannequin", a.Login == "", a.Login == "ghost":
		return bylaw.Account{Kind: bylaw.KindDeleted}
	case a.Typename == "Bot":
		login := strings.TrimSuffix(a.Login, "[bot]") + "[bot]"
		return bylaw.Account{Login: login, ID: a.DatabaseID, Kind: bylaw.KindBot}
	default:
		return bylaw.Account{Login: a.Login, ID: a.DatabaseID, Kind: bylaw.KindUser}
	}
}

// id is a BigInt, which travels as a string: https://docs.github.com/graphql/reference/scalars#bigint
type id int64

func (n *id) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" {
		return nil
	}
	number, err := strconv.ParseInt(text, 10, 64)
	*n = id(number)
	return err
}

// signed is somebody as git names them.
type signed struct {
	Email string `json:"email"`
	User  *struct {
		Login      string `json:"login"`
		DatabaseID int64  `json:"databaseId"`
		Company    string `json:"company"`
	} `json:"user"`
}

func (s *signed) author() bylaw.Author {
	if s == nil {
		return bylaw.Author{}
	}
	a := bylaw.Author{Domain: domain(s.Email)}
	if s.User != nil {
		a.Login, a.ID = s.User.Login, s.User.DatabaseID
	}
	return a
}

// domain is all that is kept of an e-mail address. An address made to hide another says nothing
// about an employer: GitHub's ID+LOGIN@users.noreply.github.com, noreply@github.com, and the like.
func domain(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return ""
	}
	local, host := strings.ToLower(email[:at]), strings.TrimRight(strings.ToLower(email[at+1:]), ".")
	if local == "noreply" || local == "no-reply" || strings.Contains("."+host, ".noreply.") {
		return ""
	}
	return host
}

// entry is a file or a folder of two levels; nil when there is none.
type entry struct {
	Typename string      `json:"__typename"`
	OID      string      `json:"oid"`
	Entries  []treeEntry `json:"entries"`
	ByteSize *int        `json:"byteSize"` // of a file
	content
}

// entries are those of one repository, by the names under which they were asked for. They have a part of the answer
// for themselves, so that it can be read as one map.
type entries map[string]*entry

// named returns an entry, nil if there is none. One that was not answered at all is an error.
func (all entries) named(name string) (*entry, error) {
	e, ok := all[name]
	if !ok {
		return nil, fmt.Errorf("answer lacks %s", name)
	}
	return e, nil
}

// content is what GraphQL gives of a file, if that was asked for.
type content struct {
	Text        *string `json:"text"` // nil for a binary file
	IsTruncated bool    `json:"isTruncated"`
}

type treeEntry struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // blob, tree, commit (a submodule)
	Mode   int    `json:"mode"`
	OID    string `json:"oid"`
	Object *struct {
		Entries  []treeEntry `json:"entries"`  // of a folder
		ByteSize *int        `json:"byteSize"` // of a file
	} `json:"object"` // nil for a submodule
}
