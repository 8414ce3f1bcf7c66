package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Group is a group of the merge queue: a temporary branch that holds several pull requests.
type Group struct {
	Repository  string
	HeadSHA     string
	HeadRef     string
	BaseRef     string
	Pulls       []int     // in the order of the queue; empty when not known
	RequestedAt time.Time // zero is now; the first record stands
	DestroyedAt time.Time // zero while the group stands; once set it stays
}

// SaveGroup keeps a group. What is empty in g does not overwrite what is known, so that news may arrive in
// any order; a destroyed group does not come back.
func (s *Store) SaveGroup(ctx context.Context, g Group) error {
	err := s.change(ctx, func(tx *sql.Tx) error { return s.saveGroup(ctx, tx, g) })
	if err != nil {
		return fmt.Errorf("save group: %w", err)
	}
	return nil
}

func (s *Store) saveGroup(ctx context.Context, tx *sql.Tx, g Group) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO merge_groups (repository, head_sha, head_ref, base_ref, requested_at, destroyed_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (repository, head_sha) DO UPDATE SET
		  head_ref = CASE WHEN excluded.head_ref = '' THEN merge_groups.head_ref ELSE excluded.head_ref END,
		  base_ref = CASE WHEN excluded.base_ref = '' THEN merge_groups.base_ref ELSE excluded.base_ref END,
		  destroyed_at = CASE WHEN merge_groups.destroyed_at = 0 THEN excluded.destroyed_at ELSE merge_groups.destroyed_at END`,
		g.Repository, g.HeadSHA, g.HeadRef, g.BaseRef, s.orNow(g.RequestedAt), millis(g.DestroyedAt))
	if err != nil {
		return fmt.Errorf("save group %s of %s: %w", g.HeadSHA, g.Repository, err)
	}
	if len(g.Pulls) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM merge_group_pulls WHERE repository = $1 AND head_sha = $2", g.Repository, g.HeadSHA); err != nil {
		return fmt.Errorf("save pulls of group %s: %w", g.HeadSHA, err)
	}
	for place, number := range g.Pulls {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO merge_group_pulls (repository, number, head_sha, place) VALUES ($1, $2, $3, $4)
			ON CONFLICT (repository, number, head_sha) DO NOTHING`, g.Repository, number, g.HeadSHA, place)
		if err != nil {
			return fmt.Errorf("save pulls of group %s: %w", g.HeadSHA, err)
		}
	}
	return nil
}

// Group returns one group and whether it is known.
func (s *Store) Group(ctx context.Context, repository, sha string) (Group, bool, error) {
	all, err := s.groups(ctx, "merge_groups.repository = $1 AND merge_groups.head_sha = $2", repository, sha)
	if err != nil {
		return Group{}, false, fmt.Errorf("read group %s of %s: %w", sha, repository, err)
	}
	if len(all) == 0 {
		return Group{}, false, nil
	}
	return all[0], true, nil
}

// GroupsOf lists the groups that stand and hold a pull request, the oldest first.
func (s *Store) GroupsOf(ctx context.Context, repository string, number int) ([]Group, error) {
	all, err := s.groups(ctx, `merge_groups.repository = $1 AND destroyed_at = 0 AND merge_groups.head_sha IN
		(SELECT head_sha FROM merge_group_pulls WHERE repository = $1 AND number = $2)`, repository, number)
	if err != nil {
		return nil, fmt.Errorf("list groups of %s#%d: %w", repository, number, err)
	}
	return all, nil
}

// groups reads one row for each pull request of each group and puts them together.
func (s *Store) groups(ctx context.Context, which string, args ...any) ([]Group, error) {
	scan := func(r row) (Group, error) {
		var g Group
		var requested, destroyed, number int64
		err := r.Scan(&g.Repository, &g.HeadSHA, &g.HeadRef, &g.BaseRef, &requested, &destroyed, &number)
		g.RequestedAt, g.DestroyedAt = moment(requested), moment(destroyed)
		if number != 0 {
			g.Pulls = []int{int(number)}
		}
		return g, err
	}
	rows, err := lookUp(ctx, s, scan, `
		SELECT merge_groups.repository, merge_groups.head_sha, head_ref, base_ref, requested_at, destroyed_at, COALESCE(number, 0)
		FROM merge_groups LEFT JOIN merge_group_pulls
		  ON merge_group_pulls.repository = merge_groups.repository AND merge_group_pulls.head_sha = merge_groups.head_sha
		WHERE `+which+` ORDER BY requested_at, merge_groups.head_sha, place`, args...)
	if err != nil {
		return nil, err
	}
	var all []Group
	for _, g := range rows {
		if last := len(all) - 1; last >= 0 && all[last].HeadSHA == g.HeadSHA {
			all[last].Pulls = append(all[last].Pulls, g.Pulls...)
			continue
		}
		all = append(all, g)
	}
	return all, nil
}
