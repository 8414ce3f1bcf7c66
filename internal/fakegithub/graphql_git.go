package fakegithub

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

type refOf struct {
	repo *repository
	name string
}

func (r refOf) target() any { return r.repo.object(r.repo.branches[r.name]) }

func refFields() fields {
	return table(map[string]func(x *query, r refOf, a args) any{
		"id":     func(_ *query, r refOf, _ args) any { return nodeID("REF", r.repo.id) + r.name },
		"name":   func(_ *query, r refOf, _ args) any { return r.name },
		"prefix": func(*query, refOf, args) any { return "refs/heads/" },
		"target": func(_ *query, r refOf, _ args) any { return r.target() },
	})
}

type commitOf struct {
	*commit
	repo *repository
}

type treeOf struct {
	repo *repository
	sha  string
	path string
}

type blobOf struct {
	repo *repository
	sha  string
}

type entryOf struct {
	treeEntry
	tree treeOf
}

// object finds a git object by sha, nil if there is none.
func (r *repository) object(sha string) any {
	if c := r.git.commits[sha]; c != nil {
		return node{"Commit", commitOf{c, r}}
	}
	if _, exists := r.git.trees[sha]; exists {
		return node{"Tree", treeOf{r, sha, ""}}
	}
	if _, exists := r.git.blobs[sha]; exists {
		return node{"Blob", blobOf{r, sha}}
	}
	return nil
}

// expression resolves "REV" and "REV:PATH" as git does; links are not followed.
func (r *repository) expression(text string) any {
	rev, name, hasPath := strings.Cut(text, ":")
	c := r.resolve(rev)
	if !hasPath {
		if c == nil {
			return r.object(rev)
		}
		return node{"Commit", commitOf{c, r}}
	}
	if c == nil {
		return nil
	}
	name = strings.Trim(name, "/")
	if e, exists := c.files[name]; exists {
		return node{"Blob", blobOf{r, e.sha}}
	}
	if _, sha, exists := r.directory(c, name); exists {
		return node{"Tree", treeOf{r, sha, name}}
	}
	return nil
}

const maxBlobText = 512_000 // GitHub truncates Blob.text there

// gitFields are commits, trees, blobs and who wrote them.
func gitFields() map[string]fields {
	return map[string]fields{
		"Blob": table(map[string]func(x *query, b blobOf, a args) any{
			"id":             func(_ *query, b blobOf, _ args) any { return "B_" + b.sha },
			"oid":            func(_ *query, b blobOf, _ args) any { return b.sha },
			"abbreviatedOid": func(_ *query, b blobOf, _ args) any { return b.sha[:7] },
			"byteSize":       func(_ *query, b blobOf, _ args) any { return len(b.content()) },
			"isBinary":       func(_ *query, b blobOf, _ args) any { return b.binary() },
			"isTruncated":    func(_ *query, b blobOf, _ args) any { return !b.binary() && len(b.content()) > maxBlobText },
			"text": func(_ *query, b blobOf, _ args) any {
				if b.binary() {
					return nil
				}
				return b.content()[:min(len(b.content()), maxBlobText)]
			},
		}),
		"Tree": table(map[string]func(x *query, t treeOf, a args) any{
			"id":             func(_ *query, t treeOf, _ args) any { return "T_" + t.sha },
			"oid":            func(_ *query, t treeOf, _ args) any { return t.sha },
			"abbreviatedOid": func(_ *query, t treeOf, _ args) any { return t.sha[:7] },
			"entries": func(_ *query, t treeOf, _ args) any {
				list := []node{}
				for _, e := range t.repo.git.trees[t.sha] {
					list = append(list, node{"TreeEntry", entryOf{e, t}})
				}
				return list
			},
		}),
		"TreeEntry": table(map[string]func(x *query, e entryOf, a args) any{
			"name": func(_ *query, e entryOf, _ args) any { return e.name },
			"type": func(_ *query, e entryOf, _ args) any { return e.kind },
			"oid":  func(_ *query, e entryOf, _ args) any { return e.sha },
			"path": func(_ *query, e entryOf, _ args) any { return path.Join(e.tree.path, e.name) },
			"size": func(_ *query, e entryOf, _ args) any { return e.size },
			"mode": func(_ *query, e entryOf, _ args) any {
				mode, _ := strconv.ParseInt(e.mode, 8, 32) // an integer here, octal digits in REST
				return mode
			},
			"object": func(_ *query, e entryOf, _ args) any {
				if e.kind == "tree" {
					return node{"Tree", treeOf{e.tree.repo, e.sha, path.Join(e.tree.path, e.name)}}
				}
				return node{"Blob", blobOf{e.tree.repo, e.sha}}
			},
		}),
		"GitActor": table(map[string]func(x *query, p person, a args) any{
			"name":  func(_ *query, p person, _ args) any { return p.name },
			"email": func(_ *query, p person, _ args) any { return p.email },
			"date":  func(_ *query, p person, _ args) any { return p.date },
			// Only people: for a bot, user is null.
			"user": func(x *query, p person, _ args) any {
				if u := x.g.byEmail(p.email); u != nil && u.kind == "User" {
					return node{"User", u}
				}
				return nil
			},
		}),
		"GpgSignature": table(map[string]func(x *query, c commitOf, a args) any{
			"isValid":           func(*query, commitOf, args) any { return true },
			"state":             func(*query, commitOf, args) any { return "VALID" },
			"email":             func(_ *query, c commitOf, _ args) any { return c.committer.email },
			"wasSignedByGitHub": func(_ *query, c commitOf, _ args) any { return c.committer.email == "noreply@github.com" },
			"signer": func(x *query, c commitOf, _ args) any {
				if u := x.g.byEmail(c.committer.email); u != nil && u.kind == "User" {
					return node{"User", u}
				}
				return nil
			},
		}),
		"Commit": commitFields(),
	}
}

func (b blobOf) content() string { return b.repo.git.blobs[b.sha] }
func (b blobOf) binary() bool    { return isBinary(b.content()) || !utf8.ValidString(b.content()) }

func commitFields() fields {
	return table(map[string]func(x *query, c commitOf, a args) any{
		"id":              func(_ *query, c commitOf, _ args) any { return nodeID("C", c.repo.id) + c.sha },
		"oid":             func(_ *query, c commitOf, _ args) any { return c.sha },
		"abbreviatedOid":  func(_ *query, c commitOf, _ args) any { return c.sha[:7] },
		"url":             func(x *query, c commitOf, _ args) any { return x.g.web("/%s/commit/%s", c.repo.fullName(), c.sha) },
		"message":         func(_ *query, c commitOf, _ args) any { return c.message },
		"messageHeadline": func(_ *query, c commitOf, _ args) any { return c.headline() },
		"messageBody": func(_ *query, c commitOf, _ args) any {
			return strings.TrimSpace(strings.TrimPrefix(c.message, c.headline()))
		},
		"authoredDate":  func(_ *query, c commitOf, _ args) any { return c.author.date },
		"committedDate": func(_ *query, c commitOf, _ args) any { return c.committer.date },
		"author":        func(_ *query, c commitOf, _ args) any { return node{"GitActor", c.author} },
		"committer":     func(_ *query, c commitOf, _ args) any { return node{"GitActor", c.committer} },
		"authors":       func(_ *query, c commitOf, _ args) any { return nodes("GitActor", c.authors()) },
		"repository":    func(_ *query, c commitOf, _ args) any { return node{"Repository", c.repo} },
		"signature": func(_ *query, c commitOf, _ args) any {
			if !c.verified {
				return nil
			}
			return node{"GpgSignature", c}
		},
		"tree": func(_ *query, c commitOf, _ args) any { return node{"Tree", treeOf{c.repo, c.tree, ""}} },
		"parents": func(_ *query, c commitOf, _ args) any {
			list := &connection{}
			for _, sha := range c.parents {
				list.nodes = append(list.nodes, node{"Commit", commitOf{c.repo.git.commits[sha], c.repo}})
			}
			return list
		},
		"blame": func(_ *query, c commitOf, a args) any {
			return node{"Blame", c.repo.blame(c.commit, strings.Trim(a.text("path"), "/"))}
		},
		"history": func(_ *query, c commitOf, a args) any {
			all := c.repo.git.between("", c.sha)
			slices.Reverse(all)
			name, list := strings.Trim(a.text("path"), "/"), &connection{}
			since, until := a.moment("since"), a.moment("until")
			for _, h := range all {
				early, late := h.committer.date.Before(since), !until.IsZero() && h.committer.date.After(until)
				if !early && !late && c.repo.touches(h, name) {
					list.nodes = append(list.nodes, node{"Commit", commitOf{h, c.repo}})
				}
			}
			return list
		},
		"checkSuites": func(x *query, c commitOf, a args) any {
			if p := x.may(c.repo, "checks"); p != nil {
				return p
			}
			app, byApp := a.object("filterBy").number("appId")
			name := a.object("filterBy").text("checkName")
			return nodes("CheckSuite", slices.DeleteFunc(c.repo.suitesOf(c.sha), func(s *suite) bool {
				named := slices.ContainsFunc(s.runs(), func(c *run) bool { return c.Name == name })
				return byApp && s.app.id != int64(app) || name != "" && !named
			}))
		},
		"associatedPullRequests": func(x *query, c commitOf, _ args) any {
			if p := x.may(c.repo, "pull_requests"); p != nil {
				return p
			}
			return nodes("PullRequest", c.repo.pullsWith(c.sha))
		},
	})
}

// touches says whether a commit changed a file, or anything below a folder. "" is everything.
func (r *repository) touches(c *commit, name string) bool {
	if name == "" {
		return true
	}
	before := r.parentFiles(c)
	differs := func(a, b snapshot) bool {
		for p, e := range a {
			if (p == name || strings.HasPrefix(p, name+"/")) && b[p] != e {
				return true
			}
		}
		return false
	}
	return differs(c.files, before) || differs(before, c.files)
}
