package fakegithub

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// connection is a list to be paged. edges, if any, are further fields of the edges, by index.
type connection struct {
	nodes []node
	edges []obj
}

func nodes[T any](kind string, items []T) *connection {
	c := &connection{}
	for _, item := range items {
		c.nodes = append(c.nodes, node{kind, item})
	}
	return c
}

// page cuts a connection as first, last, after and before say.
func (x *query) page(c *connection, f *ast.Field, a args, sets []ast.SelectionSet, path []any) (any, obj) {
	from, to := 0, len(c.nodes)
	if n, given := cursor(a.text("after")); given {
		from = min(n+1, to)
	}
	if n, given := cursor(a.text("before")); given {
		to = max(from, min(n, to))
	}
	first, hasFirst := a.number("first")
	last, hasLast := a.number("last")
	refuse := func(kind, message string) obj { return obj{"type": kind, "path": path, "message": message} }
	if !hasFirst && !hasLast {
		return nil, refuse("MISSING_PAGINATION_BOUNDARIES", missingBounds(f.Name))
	}
	for name, n := range map[string]int{"first": first, "last": last} {
		if n > 100 {
			return nil, refuse("EXCESSIVE_PAGINATION", fmt.Sprintf(
				"Requesting %d records on the `%s` connection exceeds the `%s` limit of 100 records.", n, f.Name, name))
		}
		if n < 0 {
			return nil, refuse("INVALID_PAGINATION", fmt.Sprintf("`%s` on the `%s` connection cannot be less than zero.", name, f.Name))
		}
	}
	if hasFirst {
		to = min(to, from+first)
	}
	if hasLast {
		from = max(from, to-last)
	}
	info := obj{"hasNextPage": to < len(c.nodes), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	if from < to {
		info["startCursor"], info["endCursor"] = encodeCursor(from), encodeCursor(to-1)
	}
	return x.object(sets, node{"*Connection", pageOf{c, from, to, info}}, path)
}

type pageOf struct {
	*connection
	from, to int
	info     obj
}

type edgeOf struct {
	node  node
	index int
	more  obj
}

// connectionFields serve every connection, its edges and page infos.
func connectionFields() map[string]fields {
	return map[string]fields{
		"*Connection": table(map[string]func(x *query, p pageOf, a args) any{
			"totalCount": func(_ *query, p pageOf, _ args) any { return len(p.nodes) },
			"nodes":      func(_ *query, p pageOf, _ args) any { return p.nodes[p.from:p.to] },
			"pageInfo":   func(_ *query, p pageOf, _ args) any { return node{"PageInfo", p.info} },
			"edges": func(_ *query, p pageOf, _ args) any {
				list := []node{}
				for i := p.from; i < p.to; i++ {
					e := edgeOf{node: p.nodes[i], index: i}
					if p.edges != nil {
						e.more = p.edges[i]
					}
					list = append(list, node{"*Edge", e})
				}
				return list
			},
		}),
		"*Edge": table(map[string]func(x *query, e edgeOf, a args) any{
			"node":       func(_ *query, e edgeOf, _ args) any { return e.node },
			"cursor":     func(_ *query, e edgeOf, _ args) any { return encodeCursor(e.index) },
			"permission": func(_ *query, e edgeOf, _ args) any { return e.more["permission"] },
			"role":       func(_ *query, e edgeOf, _ args) any { return e.more["role"] },
		}),
		"PageInfo": table(map[string]func(x *query, info obj, a args) any{
			"hasNextPage":     func(_ *query, info obj, _ args) any { return info["hasNextPage"] },
			"hasPreviousPage": func(_ *query, info obj, _ args) any { return info["hasPreviousPage"] },
			"startCursor":     func(_ *query, info obj, _ args) any { return info["startCursor"] },
			"endCursor":       func(_ *query, info obj, _ args) any { return info["endCursor"] },
		}),
	}
}

func encodeCursor(i int) string {
	return base64.StdEncoding.EncodeToString(fmt.Append(nil, "cursor:", i))
}

func cursor(s string) (int, bool) {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(data), "cursor:"))
	return n, err == nil
}
