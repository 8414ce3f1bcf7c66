package fakegithub

import "sync"

// routes is the table of endpoints; the first that matches is used.
// What an installation needs is from docs.github.com, "Permissions required for GitHub Apps".
var routes = sync.OnceValue(func() []*route {
	const repo = "/repos/{owner}/{repo}"
	table := []route{
		{"POST", "/graphql", "token", "", (*GitHub).graphql, nil},
		{"GET", "/rate_limit", "any", "", (*GitHub).rateLimit, nil},

		{"POST", "/app-manifests/{code}/conversions", "none", "", (*GitHub).convertManifest, nil},
		{"POST", "/settings/apps/new", "none", "", (*GitHub).showManifest, nil},
		{"POST", "/organizations/{org}/settings/apps/new", "none", "", (*GitHub).showManifest, nil},
		{"POST", "/settings/apps/manifest", "none", "", (*GitHub).registerManifest, nil},
		{"GET", "/app/hook/config", "app", "", (*GitHub).hookConfig, nil},
		{"GET", "/app", "app", "", (*GitHub).getApp, nil},
		{"GET", "/app/installations", "app", "", (*GitHub).listInstallations, nil},
		{"GET", "/app/installations/{installation_id}", "app", "", (*GitHub).getInstallation, nil},
		{"POST", "/app/installations/{installation_id}/access_tokens", "app", "", (*GitHub).createToken, nil},
		{"GET", "/app/hook/deliveries", "app", "", (*GitHub).listDeliveries, nil},
		{"GET", "/app/hook/deliveries/{delivery_id}", "app", "", (*GitHub).getDelivery, nil},
		{"POST", "/app/hook/deliveries/{delivery_id}/attempts", "app", "", (*GitHub).attemptDelivery, nil},
		{"GET", "/orgs/{org}/installation", "app", "", (*GitHub).accountInstallation, nil},
		{"GET", "/users/{username}/installation", "app", "", (*GitHub).accountInstallation, nil},
		{"GET", repo + "/installation", "app", "", (*GitHub).repoInstallation, nil},
		{"GET", "/installation/repositories", "token", "metadata:read", (*GitHub).listInstallationRepos, nil},

		{"GET", "/login/oauth/authorize", "none", "", (*GitHub).authorizeOAuth, nil},
		{"POST", "/login/oauth/access_token", "none", "", (*GitHub).exchangeOAuth, nil},
		{"GET", "/user", "token", "", (*GitHub).me, nil},
		{"GET", "/user/installations", "token", "", (*GitHub).myInstallations, nil},
		{"GET", "/user/installations/{installation_id}/repositories", "token", "", (*GitHub).myRepositories, nil},

		{"GET", "/users/{username}", "token", "", (*GitHub).getUser, nil},
		{"GET", "/orgs/{org}/members/{username}", "token", "", (*GitHub).checkMember, nil},
		{"GET", "/orgs/{org}/public_members/{username}", "token", "", (*GitHub).checkPublicMember, nil},
		{"GET", "/orgs/{org}/teams", "token", "members:read", (*GitHub).listTeams, nil},
		{"GET", "/orgs/{org}/teams/{team_slug}", "token", "members:read", (*GitHub).getTeam, nil},
		{"GET", "/orgs/{org}/teams/{team_slug}/members", "token", "members:read", (*GitHub).listTeamMembers, nil},
		{"GET", "/orgs/{org}/teams/{team_slug}/memberships/{username}", "token", "members:read", (*GitHub).getMembership, nil},

		{"GET", repo, "token", "metadata:read", (*GitHub).getRepo, nil},
		{"GET", repo + "/branches/{branch}/protection", "token", "administration:read", (*GitHub).branchProtection, nil},
		{"GET", repo + "/branches/{branch}", "token", "contents:read", (*GitHub).getBranch, nil},
		{"GET", repo + "/rules/branches/{branch}", "token", "metadata:read", (*GitHub).branchRules, nil},
		{"GET", repo + "/rulesets/{ruleset_id}", "token", "metadata:read", (*GitHub).getRuleset, nil},
		{"GET", repo + "/collaborators", "token", "metadata:read", (*GitHub).listCollaborators, nil},
		{"GET", repo + "/collaborators/{username}/permission", "token", "metadata:read", (*GitHub).getPermission, nil},

		{"GET", repo + "/contents/{path}", "token", "contents:read", (*GitHub).getContents, nil},
		{"GET", repo + "/git/blobs/{file_sha}", "token", "contents:read", (*GitHub).getBlob, nil},
		{"GET", repo + "/git/trees/{tree_sha}", "token", "contents:read", (*GitHub).getTree, nil},
		{"GET", repo + "/git/ref/{ref}", "token", "contents:read", (*GitHub).getRef, nil},
		{"GET", repo + "/compare/{basehead}", "token", "contents:read", (*GitHub).compare, nil},

		{"GET", repo + "/commits/{ref}/check-runs", "token", "checks:read", (*GitHub).listRuns, nil},
		{"GET", repo + "/commits/{ref}/check-suites", "token", "checks:read", (*GitHub).listSuites, nil},
		{"GET", repo + "/commits/{commit_sha}/pulls", "token", "pull_requests:read", (*GitHub).commitPulls, nil},
		{"GET", repo + "/commits/{ref}", "token", "contents:read", (*GitHub).getCommit, nil},
		{"POST", repo + "/check-runs", "token", "checks:write", (*GitHub).createRun, nil},
		{"GET", repo + "/check-runs/{check_run_id}", "token", "checks:read", (*GitHub).getRun, nil},
		{"PATCH", repo + "/check-runs/{check_run_id}", "token", "checks:write", (*GitHub).updateRun, nil},
		{"GET", repo + "/check-runs/{check_run_id}/annotations", "token", "checks:read", (*GitHub).listAnnotations, nil},
		{"POST", repo + "/check-runs/{check_run_id}/rerequest", "token", "checks:write", (*GitHub).rerequestRun, nil},
		{"GET", repo + "/check-suites/{check_suite_id}", "token", "checks:read", (*GitHub).getSuite, nil},
		{"GET", repo + "/check-suites/{check_suite_id}/check-runs", "token", "checks:read", (*GitHub).listSuiteRuns, nil},
		{"POST", repo + "/check-suites/{check_suite_id}/rerequest", "token", "checks:write", (*GitHub).rerequestSuite, nil},

		{"GET", repo + "/pulls", "token", "pull_requests:read", (*GitHub).listPulls, nil},
		{"GET", repo + "/pulls/{pull_number}", "token", "pull_requests:read", (*GitHub).getPull, nil},
		{"GET", repo + "/pulls/{pull_number}/files", "token", "pull_requests:read", (*GitHub).listFiles, nil},
		{"GET", repo + "/pulls/{pull_number}/commits", "token", "pull_requests:read", (*GitHub).listCommits, nil},
		{"GET", repo + "/pulls/{pull_number}/reviews", "token", "pull_requests:read", (*GitHub).listReviews, nil},
		{"PUT", repo + "/pulls/{pull_number}/reviews/{review_id}/dismissals", "token", "pull_requests:write", (*GitHub).putDismissal, nil},
		{"GET", repo + "/pulls/{pull_number}/requested_reviewers", "token", "pull_requests:read", (*GitHub).listRequested, nil},
		{"POST", repo + "/pulls/{pull_number}/requested_reviewers", "token", "pull_requests:write", (*GitHub).postRequested, nil},
		{"DELETE", repo + "/pulls/{pull_number}/requested_reviewers", "token", "pull_requests:write", (*GitHub).deleteRequested, nil},

		// Either issues or pull_requests will do here; the fake knows only the latter.
		{"GET", repo + "/issues/{issue_number}/comments", "token", "pull_requests:read", (*GitHub).listComments, nil},
		{"POST", repo + "/issues/{issue_number}/comments", "token", "pull_requests:write", (*GitHub).postComment, nil},
		{"GET", repo + "/issues/comments/{comment_id}", "token", "pull_requests:read", (*GitHub).getComment, nil},
		{"PATCH", repo + "/issues/comments/{comment_id}", "token", "pull_requests:write", (*GitHub).patchComment, nil},
		{"DELETE", repo + "/issues/comments/{comment_id}", "token", "pull_requests:write", (*GitHub).removeComment, nil},
		{"GET", repo + "/issues/{issue_number}/labels", "token", "pull_requests:read", (*GitHub).listLabels, nil},
	}
	list := make([]*route, len(table))
	for i, rt := range table {
		list[i] = rt.compile()
	}
	return list
})
