package judge

import (
	"encoding/json"
	"os"
	"testing"
)

// Example is one webhook payload as GitHub sent it.
type Example struct {
	Event  string // as in the header X-GitHub-Event
	Action string // "" for events that have none, such as push
	Body   []byte
}

// WebhookExamples returns all payloads that GitHub's own @octokit/webhooks-examples holds for github.com,
// in its order. Most of the oldest ones have no installation, and some lack fields that GitHub sends today.
func WebhookExamples(t testing.TB) []Example {
	t.Helper()
	data, err := os.ReadFile(asset(t, "webhooks.json"))
	if err != nil {
		t.Fatalf("read webhook examples: %v", err)
	}
	var events []struct {
		Name     string
		Examples []json.RawMessage
	}
	if err := json.Unmarshal(data, &events); err != nil {
		t.Fatalf("read webhook examples: %v", err)
	}
	var examples []Example
	for _, event := range events {
		for i, body := range event.Examples {
			var payload struct{ Action string }
			if err := json.Unmarshal(body, &payload); err != nil {
				t.Fatalf("read webhook example %s %d: %v", event.Name, i, err)
			}
			examples = append(examples, Example{Event: event.Name, Action: payload.Action, Body: body})
		}
	}
	return examples
}
