package fakegithub

import (
	"cmp"
	"slices"
	"strings"
)

// checkFields are check suites, their runs and Apps.
func checkFields() map[string]fields {
	return map[string]fields{
		"App": table(map[string]func(x *query, p *app, a args) any{
			"id":         func(_ *query, p *app, _ args) any { return nodeID("A", p.id) },
			"databaseId": func(_ *query, p *app, _ args) any { return p.id },
			"slug":       func(_ *query, p *app, _ args) any { return p.slug },
			"name":       func(_ *query, p *app, _ args) any { return p.name },
		}),
		"CheckSuite": table(map[string]func(x *query, s *suite, a args) any{
			"id":         func(_ *query, s *suite, _ args) any { return nodeID("CS", s.id) },
			"databaseId": func(_ *query, s *suite, _ args) any { return s.id },
			"createdAt":  func(_ *query, s *suite, _ args) any { return s.createdAt },
			"updatedAt":  func(_ *query, s *suite, _ args) any { return s.updatedAt },
			"app":        func(_ *query, s *suite, _ args) any { return node{"App", s.app} },
			"commit":     func(_ *query, s *suite, _ args) any { return s.repo.object(s.sha) },
			"status": func(_ *query, s *suite, _ args) any {
				status, _ := s.state()
				return strings.ToUpper(status)
			},
			"conclusion": func(_ *query, s *suite, _ args) any {
				_, conclusion := s.state()
				return orNil(strings.ToUpper(conclusion))
			},
			"checkRuns": func(_ *query, s *suite, a args) any {
				filter := a.object("filterBy")
				runs := s.runs()
				if filter.text("checkType") != "ALL" {
					runs = latest(runs)
				}
				app, byApp := filter.number("appId")
				return nodes("CheckRun", slices.DeleteFunc(runs, func(c *run) bool {
					name := filter.text("checkName")
					return name != "" && c.Name != name || byApp && c.AppID != int64(app)
				}))
			},
		}),
		"CheckRun": table(map[string]func(x *query, c *run, a args) any{
			"id":          func(_ *query, c *run, _ args) any { return nodeID("CR", c.ID) },
			"databaseId":  func(_ *query, c *run, _ args) any { return c.ID },
			"name":        func(_ *query, c *run, _ args) any { return c.Name },
			"status":      func(_ *query, c *run, _ args) any { return strings.ToUpper(c.Status) },
			"conclusion":  func(_ *query, c *run, _ args) any { return orNil(strings.ToUpper(c.Conclusion)) },
			"externalId":  func(_ *query, c *run, _ args) any { return orNil(c.ExternalID) },
			"startedAt":   func(_ *query, c *run, _ args) any { return stamp(c.StartedAt) },
			"completedAt": func(_ *query, c *run, _ args) any { return stamp(c.CompletedAt) },
			"title":       func(_ *query, c *run, _ args) any { return orNil(c.Title) },
			"summary":     func(_ *query, c *run, _ args) any { return orNil(c.Summary) },
			"text":        func(_ *query, c *run, _ args) any { return orNil(c.Text) },
			"detailsUrl":  func(x *query, c *run, _ args) any { return cmp.Or(c.DetailsURL, x.g.web("/apps/%s", c.AppSlug)) },
			"url":         func(x *query, c *run, _ args) any { return x.g.web("/%s/runs/%d", c.suite.repo.fullName(), c.ID) },
			"checkSuite":  func(_ *query, c *run, _ args) any { return node{"CheckSuite", c.suite} },
			"isRequired": func(_ *query, c *run, _ args) any {
				return slices.ContainsFunc(c.suite.repo.required, func(q RequiredCheck) bool {
					return q.Context == c.Name && (q.AppID == 0 || q.AppID == c.AppID)
				})
			},
		}),
	}
}
