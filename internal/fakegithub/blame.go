package fakegithub

// blamed is what git blame says of a file.
type blamed struct {
	ranges []blameRange
}

type blameRange struct {
	first, last int // lines from 1, both included
	commit      commitOf
}

// blame finds the commit that brought each line of a file, by following unchanged lines to the parents.
func (r *repository) blame(at *commit, name string) blamed {
	content := lines(r.git.blobs[at.files[name].sha])
	brought := make([]*commit, len(content))
	type step struct {
		commit *commit
		lines  map[int]int // line in this commit's version: line in the version asked for
	}
	first := step{at, map[int]int{}}
	for i := range content {
		first.lines[i] = i
	}
	for queue := []step{first}; len(queue) > 0; queue = queue[1:] {
		now := queue[0]
		for _, sha := range now.commit.parents {
			parent := r.git.commits[sha]
			e, exists := parent.files[name]
			if !exists || len(now.lines) == 0 {
				continue
			}
			passed := step{parent, map[int]int{}}
			old, here := 0, 0
			for _, e := range lineEdits(lines(r.git.blobs[e.sha]), lines(r.git.blobs[now.commit.files[name].sha])) {
				if original, wanted := now.lines[here]; e.kind == ' ' && wanted {
					passed.lines[old] = original
					delete(now.lines, here)
				}
				if e.kind != '+' {
					old++
				}
				if e.kind != '-' {
					here++
				}
			}
			queue = append(queue, passed)
		}
		for _, original := range now.lines {
			brought[original] = now.commit
		}
	}
	var out blamed
	for i, c := range brought {
		if i > 0 && brought[i-1] == c {
			out.ranges[len(out.ranges)-1].last++
			continue
		}
		out.ranges = append(out.ranges, blameRange{i + 1, i + 1, commitOf{c, r}})
	}
	return out
}

func blameFields() map[string]fields {
	return map[string]fields{
		"Blame": table(map[string]func(x *query, b blamed, a args) any{
			"ranges": func(_ *query, b blamed, _ args) any {
				list := []node{}
				for _, r := range b.ranges {
					list = append(list, node{"BlameRange", r})
				}
				return list
			},
		}),
		"BlameRange": table(map[string]func(x *query, r blameRange, a args) any{
			"startingLine": func(_ *query, r blameRange, _ args) any { return r.first },
			"endingLine":   func(_ *query, r blameRange, _ args) any { return r.last },
			"commit":       func(_ *query, r blameRange, _ args) any { return node{"Commit", r.commit} },
		}),
	}
}
