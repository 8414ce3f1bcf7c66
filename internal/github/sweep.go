package github

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// SweptAtOnce is how many repositories one request asks about: at most 100 open pull requests of each, which
// is far below GitHub's 500,000 nodes, and costs one point of the 5,000 an hour.
// https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
const SweptAtOnce = 20

// SweepOf names a repository to be looked at from afar.
type SweepOf struct {
	Owner, Name string
	Rules       []string // files, and folders with a "/" at the end, that belong to its rules as far as is known
	Queues      []string // branches whose merge queues are to be looked at
}

// FullName is "owner/name".
func (s SweepOf) FullName() string { return s.Owner + "/" + s.Name }

// Swept is what a repository looks like from afar.
type Swept struct {
	Of         SweepOf
	Is         bylaw.Identity // which repository GitHub found by that name
	Err        error          // why nothing is known of this one: an [Error], of kind NotFound if GitHub does not show it
	Configured bool           // it or its organization has a configuration on its default branch
	// Law is another string whenever the configuration or one of the rules is another one, or the tip of the
	// organization's repository if that has a configuration; also when other Rules were asked for.
	Law    string
	Pulls  []SweptPull         // all open ones
	Queued map[string][]string // the head commits of the groups in the merge queues asked for, by branch; a queue that is too long to be seen whole is left out
}

// SweptPull is an open pull request.
type SweptPull struct {
	Number    int
	HeadSHA   string
	ChangedAt time.Time // GitHub's updated_at, to the second; check runs do not move it
}

type sweptAnswer struct {
	DatabaseID    int64   `json:"databaseId"`
	NameWithOwner string  `json:"nameWithOwner"`
	Config        *commit `json:"config"`
	Policies      *commit `json:"policies"`
	PullRequests  connection[struct {
		Number     int        `json:"number"`
		HeadRefOID string     `json:"headRefOid"`
		UpdatedAt  bylaw.Time `json:"updatedAt"`
	}] `json:"pullRequests"`
}

type sweptQueue struct {
	Entries connection[struct {
		HeadCommit *commit `json:"headCommit"`
	}] `json:"entries"`
}

// Sweep looks at repositories of one owner, with one request for each 20 of them, and one more for each
// further 100 open pull requests. The answers come in no particular order. One that GitHub refuses does not silence the
// others: the error is of what concerns them all, such as a rate limit, and then nothing is returned.
func (c *Client) Sweep(ctx context.Context, repositories []SweepOf) ([]Swept, error) {
	var all []Swept
	for some := range slices.Chunk(repositories, SweptAtOnce) {
		swept, err := c.sweep(ctx, some)
		if concernsAll(err) {
			return nil, err
		}
		if err != nil { // it does not always say which one GitHub refuses
			if swept, err = c.sweepEach(ctx, some, err); err != nil {
				return nil, err
			}
		}
		all = append(all, swept...)
	}
	return all, nil
}

// concernsAll reports whether an error says nothing of a single repository.
func concernsAll(err error) bool {
	refused := new(Error)
	return err != nil && (!errors.As(err, &refused) || refused.Temporary() || refused.Kind == Unauthorized)
}

// sweepEach looks at repositories one by one that cannot be looked at together for the reason why.
func (c *Client) sweepEach(ctx context.Context, repositories []SweepOf, why error) ([]Swept, error) {
	if len(repositories) == 1 {
		return []Swept{{Of: repositories[0], Err: why}}, nil
	}
	var all []Swept
	for _, one := range repositories {
		swept, err := c.sweep(ctx, []SweepOf{one})
		if concernsAll(err) {
			return nil, err
		}
		if err != nil {
			swept = []Swept{{Of: one, Err: err}}
		}
		all = append(all, swept...)
	}
	return all, nil
}

// sweep asks for at most SweptAtOnce repositories, until all their open pull requests are there.
func (c *Client) sweep(ctx context.Context, repositories []SweepOf) ([]Swept, error) {
	op := fmt.Sprintf("sweep %s and %d more", repositories[0].FullName(), len(repositories)-1)
	done := make([]Swept, len(repositories))
	after := make([]*string, len(repositories))
	open := make([]int, len(repositories)) // those of which a page is missing
	for i, of := range repositories {
		done[i].Of, open[i] = of, i
	}
	for len(open) > 0 {
		q := newFields(sweepQuery)
		asked := make([]sweptFields, len(open))
		optional := []string{"organization"}
		for at, i := range open {
			of := repositories[i]
			if after[i] != nil { // the rest is known
				of.Rules, of.Queues = nil, nil
			}
			asked[at] = q.swept(of, after[i])
			optional = append(optional, asked[at].alias)
		}
		q.variables["owner"], q.variables["organizationName"] = repositories[0].Owner, bylaw.OrganizationRepository
		q.variables["config"], q.variables["policies"] = "HEAD:"+bylaw.ConfigPath, "HEAD:"+bylaw.PoliciesPath
		answer, err := ask[map[string]json.RawMessage](ctx, c, op, q.query(), q.variables, optional...)
		if err != nil {
			return nil, err
		}
		var left []int
		for at, i := range open {
			next, err := done[i].add(asked[at], *answer, after[i] == nil)
			if err != nil {
				return nil, &Error{Op: op, Kind: Unavailable, Err: err}
			}
			if next != nil {
				after[i], left = next, append(left, i)
			}
		}
		open = left
	}
	return done, nil
}

// sweptFields are the aliases under which one repository is asked for.
type sweptFields struct {
	alias  string
	rules  []string // in the order of the rules
	queues map[string]string
}

// swept asks for one repository, beginning with a page of its open pull requests.
func (f *fields) swept(of SweepOf, after *string) sweptFields {
	owner, name, from := f.add("String!", of.Owner), f.add("String!", of.Name), f.add("String", after)
	asked := sweptFields{alias: "r" + name, queues: map[string]string{}}
	lines := []string{
		fmt.Sprintf("%s: repository(owner: $%s, name: $%s) {", asked.alias, owner, name),
		"databaseId", "nameWithOwner",
		"config: object(expression: $config) {", "oid", "}", "policies: object(expression: $policies) {", "oid", "}",
	}
	for _, rule := range of.Rules {
		alias := f.add("String!", "HEAD:"+strings.TrimSuffix(rule, "/"))
		asked.rules = append(asked.rules, alias)
		lines = append(lines, fmt.Sprintf("%[1]s: object(expression: $%[1]s) {", alias), "oid", "}")
	}
	for _, branch := range of.Queues {
		alias := f.add("String!", branch)
		asked.queues[branch] = alias
		lines = append(lines, fmt.Sprintf("%[1]s: mergeQueue(branch: $%[1]s) {", alias),
			"entries(first: 100) {", "pageInfo {", "hasNextPage", "}", "nodes {", "headCommit {", "oid", "}", "}", "}", "}")
	}
	lines = append(lines, fmt.Sprintf("pullRequests(first: 100, after: $%s, states: [OPEN]) {", from),
		"pageInfo {", "hasNextPage", "endCursor", "}", "nodes {", "number", "headRefOid", "updatedAt", "}", "}", "}")
	f.lines["repositories"] = append(f.lines["repositories"], lines...)
	return asked
}

// add takes what the answer says of this repository, and returns the page that it goes on with.
func (s *Swept) add(asked sweptFields, answer map[string]json.RawMessage, firstPage bool) (next *string, err error) {
	var organization struct {
		Config           *commit `json:"config"`
		DefaultBranchRef *struct {
			Target *commit `json:"target"`
		} `json:"defaultBranchRef"`
	}
	var repository *sweptAnswer
	var aliased map[string]json.RawMessage
	data := answer[asked.alias]
	err = errors.Join(unmarshal(data, &repository), unmarshal(data, &aliased), unmarshal(answer["organization"], &organization))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read answer: %w", err)
	case repository == nil && !firstPage:
		return nil, errors.New("the repository vanished between two pages")
	case repository == nil:
		s.Err = &Error{Op: "sweep " + s.Of.FullName(), Kind: NotFound, Err: errors.New("no such repository")}
		return nil, nil
	}
	for _, p := range repository.PullRequests.Nodes {
		s.Pulls = append(s.Pulls, SweptPull{Number: p.Number, HeadSHA: p.HeadRefOID, ChangedAt: p.UpdatedAt.Time})
	}
	if firstPage {
		s.Is = bylaw.Identity{ID: repository.DatabaseID, Name: repository.NameWithOwner}
		s.Configured = repository.Config != nil || organization.Config != nil
		h := sha256.New()
		fmt.Fprintln(h, repository.Config.oid(), repository.Policies.oid(), organization.Config.oid())
		if organization.Config != nil && organization.DefaultBranchRef != nil {
			fmt.Fprintln(h, organization.DefaultBranchRef.Target.oid())
		}
		for i, alias := range asked.rules {
			var object *commit
			if err := unmarshal(aliased[alias], &object); err != nil {
				return nil, fmt.Errorf("read answer: %w", err)
			}
			fmt.Fprintf(h, "%q %s\n", s.Of.Rules[i], object.oid())
		}
		s.Law = hex.EncodeToString(h.Sum(nil))
		s.Queued = map[string][]string{}
		for branch, alias := range asked.queues {
			var queue *sweptQueue
			if err := unmarshal(aliased[alias], &queue); err != nil {
				return nil, fmt.Errorf("read answer: %w", err)
			}
			if queue == nil { // the branch has no queue any more
				s.Queued[branch] = []string{}
				continue
			}
			if queue.Entries.PageInfo.HasNextPage {
				continue
			}
			heads := []string{}
			for _, e := range queue.Entries.Nodes {
				heads = append(heads, e.HeadCommit.oid())
			}
			s.Queued[branch] = heads
		}
	}
	if repository.PullRequests.PageInfo.HasNextPage {
		return &repository.PullRequests.PageInfo.EndCursor, nil
	}
	return nil, nil
}

// unmarshal reads a part of an answer. One that is missing, and not null, was not answered.
func unmarshal(data json.RawMessage, into any) error {
	if len(data) == 0 {
		return errors.New("a part is missing")
	}
	return json.Unmarshal(data, into)
}
