package judge

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// paths are the operations of GitHub's REST API that Bylaw may call. The whole description has 811 of them
// and takes 6 seconds to load; these take a tenth of a second. A pattern {name:.+} lets a parameter hold
// slashes, as GitHub does for paths and refs and as its description cannot say.
var paths = strings.Fields(`
/app
/app-manifests/{code}/conversions
/app/hook/config
/app/hook/deliveries
/app/hook/deliveries/{delivery_id}
/app/hook/deliveries/{delivery_id}/attempts
/app/installations
/app/installations/{installation_id}
/app/installations/{installation_id}/access_tokens
/installation/repositories
/meta
/orgs/{org}
/orgs/{org}/installation
/orgs/{org}/members
/orgs/{org}/members/{username}
/orgs/{org}/memberships/{username}
/orgs/{org}/public_members/{username}
/orgs/{org}/teams
/orgs/{org}/teams/{team_slug}
/orgs/{org}/teams/{team_slug}/members
/orgs/{org}/teams/{team_slug}/memberships/{username}
/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}
/rate_limit
/repos/{owner}/{repo}
/repos/{owner}/{repo}/branches/{branch:.+}
/repos/{owner}/{repo}/branches/{branch:.+}/protection
/repos/{owner}/{repo}/branches/{branch:.+}/protection/required_status_checks
/repos/{owner}/{repo}/check-runs
/repos/{owner}/{repo}/check-runs/{check_run_id}
/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations
/repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest
/repos/{owner}/{repo}/check-suites/{check_suite_id}
/repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs
/repos/{owner}/{repo}/check-suites/{check_suite_id}/rerequest
/repos/{owner}/{repo}/collaborators
/repos/{owner}/{repo}/collaborators/{username}
/repos/{owner}/{repo}/collaborators/{username}/permission
/repos/{owner}/{repo}/commits
/repos/{owner}/{repo}/commits/{commit_sha}/pulls
/repos/{owner}/{repo}/commits/{ref:.+}
/repos/{owner}/{repo}/commits/{ref:.+}/check-runs
/repos/{owner}/{repo}/commits/{ref:.+}/check-suites
/repos/{owner}/{repo}/commits/{ref:.+}/status
/repos/{owner}/{repo}/compare/{basehead:.+}
/repos/{owner}/{repo}/contents/{path:.+}
/repos/{owner}/{repo}/git/blobs/{file_sha}
/repos/{owner}/{repo}/git/commits/{commit_sha}
/repos/{owner}/{repo}/git/ref/{ref:.+}
/repos/{owner}/{repo}/git/trees/{tree_sha}
/repos/{owner}/{repo}/installation
/repos/{owner}/{repo}/issues/comments/{comment_id}
/repos/{owner}/{repo}/issues/{issue_number}/comments
/repos/{owner}/{repo}/issues/{issue_number}/labels
/repos/{owner}/{repo}/pulls
/repos/{owner}/{repo}/pulls/{pull_number}
/repos/{owner}/{repo}/pulls/{pull_number}/comments
/repos/{owner}/{repo}/pulls/{pull_number}/commits
/repos/{owner}/{repo}/pulls/{pull_number}/files
/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
/repos/{owner}/{repo}/pulls/{pull_number}/reviews
/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals
/repos/{owner}/{repo}/rules/branches/{branch:.+}
/repos/{owner}/{repo}/rulesets/{ruleset_id}
/repos/{owner}/{repo}/teams
/user
/user/installations
/user/installations/{installation_id}/repositories
/users/{username}
/users/{username}/installation
`)

// thisFile is part of the cached file's name, so that a change of the list or of the trimming takes effect.
//
//go:embed trim.go
var thisFile []byte

// trimmed returns GitHub's description reduced to paths and what they refer to, from the cache beside
// source when it is there.
func trimmed(source string) ([]byte, error) {
	stat, err := os.Stat(source)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256(fmt.Append(thisFile, stat.Size(), stat.ModTime().UnixNano()))
	cache := filepath.Join(filepath.Dir(source), fmt.Sprintf("openapi.trimmed-%x.json", key[:6]))
	if data, err := os.ReadFile(cache); err == nil {
		return data, nil
	}
	data, err := os.ReadFile(source)
	if err != nil {
		return nil, err
	}
	small, err := trim(data)
	if err != nil {
		return nil, fmt.Errorf("trim %s: %w", source, err)
	}
	return small, replace(cache, small)
}

// replace writes the file as a whole or not at all: several test programs may do it at the same time.
func replace(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "trimming-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if _, err := temp.Write(data); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

func trim(description []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(description))
	decoder.UseNumber()
	var full struct {
		OpenAPI    string                    `json:"openapi"`
		Info       any                       `json:"info"`
		Paths      map[string]any            `json:"paths"`
		Components map[string]map[string]any `json:"components"`
	}
	if err := decoder.Decode(&full); err != nil {
		return nil, err
	}
	kept := map[string]any{}
	components := map[string]map[string]any{}
	var keep func(node any) error
	keep = func(node any) error {
		switch node := node.(type) {
		case []any:
			for _, child := range node {
				if err := keep(child); err != nil {
					return err
				}
			}
		case map[string]any:
			if _, ok := node["schema"]; ok { // examples are bulky, and no rule
				delete(node, "example")
				delete(node, "examples")
			}
			for _, child := range node {
				if err := keep(child); err != nil {
					return err
				}
			}
			ref, _ := node["$ref"].(string)
			rest, ok := strings.CutPrefix(ref, "#/components/")
			if !ok {
				return nil
			}
			kind, name, _ := strings.Cut(rest, "/")
			target, ok := full.Components[kind][name]
			if !ok {
				return fmt.Errorf("%s refers to nothing", ref)
			}
			if components[kind] == nil {
				components[kind] = map[string]any{}
			}
			if _, seen := components[kind][name]; seen {
				return nil
			}
			components[kind][name] = target
			return keep(target)
		}
		return nil
	}
	for _, path := range paths {
		item, ok := full.Paths[strings.ReplaceAll(path, ":.+", "")]
		if !ok {
			return nil, fmt.Errorf("GitHub describes no path %s", path)
		}
		if err := keep(item); err != nil {
			return nil, err
		}
		kept[path] = item
	}
	// Without "servers" the description holds for any host, which is what a test server is.
	return json.Marshal(map[string]any{"openapi": full.OpenAPI, "info": full.Info, "paths": kept, "components": components})
}
