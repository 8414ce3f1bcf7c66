package fakegithub

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/bylaw-app/bylaw/internal/judge"
)

// GitHub's own descriptions judge the fake: its REST answers and the webhooks by the OpenAPI description,
// its GraphQL answers by the schema. Without those documents (see package judge) these tests are skipped.

func TestAnswersConform(t *testing.T) {
	t.Parallel()
	j := judge.OpenAPI(t)
	s := open(t)
	s.serve(j.Proxy(s.GitHub))
	everyEndpoint(s)
}

func TestGraphQLConforms(t *testing.T) {
	t.Parallel()
	j := judge.OpenAPI(t)
	s := open(t)
	s.Schema = judge.Schema(t)
	s.serve(j.Proxy(s.GitHub))
	wholeSnapshot(s)
}

func TestPayloadsConform(t *testing.T) {
	t.Parallel()
	judge.OpenAPI(t) // skips
	schemas, err := payloadSchemas()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range operations {
		s := open(t)
		if err := c.do(s); err != nil {
			t.Fatal(err)
		}
		for _, d := range s.Deliveries() {
			name := payloadName(d.Event, d.Action)
			schema := schemas[name]
			if schema == nil {
				t.Errorf("%s is not described", name)
				continue
			}
			var payload any
			if err := json.Unmarshal(d.Payload, &payload); err != nil {
				t.Fatal(err)
			}
			if err := schema.Value.VisitJSON(payload, openapi3.MultiErrors()); err != nil {
				t.Errorf("%s: %.600v", name, err)
			}
		}
	}
}

func payloadName(event, action string) string {
	return strings.ReplaceAll(strings.TrimSuffix("webhook-"+event+"-"+action, "-"), "_", "-")
}

// payloadSchemas loads the schemas of webhooks alone: all of them would take seconds.
var payloadSchemas = sync.OnceValues(func() (openapi3.Schemas, error) {
	data, err := os.ReadFile(filepath.Join(os.Getenv("BYLAW_TEST_ASSETS"), "openapi.json"))
	if err != nil {
		return nil, err
	}
	var whole struct {
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, err
	}
	kept := map[string]any{}
	var keep func(v any)
	keep = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			ref, _ := v["$ref"].(string)
			if name, isSchema := strings.CutPrefix(ref, "#/components/schemas/"); isSchema && kept[name] == nil {
				kept[name] = whole.Components.Schemas[name]
				keep(kept[name])
			}
			for _, inner := range v {
				keep(inner)
			}
		case []any:
			for _, inner := range v {
				keep(inner)
			}
		}
	}
	for event := range eventNeeds {
		for name, schema := range whole.Components.Schemas {
			if strings.HasPrefix(name, payloadName(event, "")) {
				kept[name] = schema
				keep(schema)
			}
		}
	}
	for name, schema := range whole.Components.Schemas {
		if strings.HasPrefix(name, "webhook-installation") || strings.HasPrefix(name, "webhook-repository-p") || name == "webhook-ping" {
			kept[name] = schema
			keep(schema)
		}
	}
	trimmed, err := json.Marshal(obj{
		"openapi": "3.0.3", "info": obj{"title": "webhooks", "version": "1"}, "paths": obj{}, "components": obj{"schemas": kept},
	})
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(trimmed)
	if err != nil {
		return nil, err
	}
	return doc.Components.Schemas, nil
})
