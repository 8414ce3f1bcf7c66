package server

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/bylaw-app/bylaw/internal/telemetry"
)

// collected are the names of the spans that a collector got, by trace.
type collected struct {
	mu    sync.Mutex
	spans map[string][]string
}

func (c *collected) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	data, err := io.ReadAll(body)
	var sent collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(data, &sent) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range sent.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				trace := hex.EncodeToString(span.TraceId)
				c.spans[trace] = append(c.spans[trace], span.Name)
			}
		}
	}
}

func TestOneTraceLeadsFromTheWebhookToTheCheckRun(t *testing.T) {
	got := &collected{spans: map[string][]string{}}
	web := httptest.NewServer(got)
	defer web.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", web.URL)
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "one")
	tracer, err := telemetry.NewTracer(t.Context(), os.Getenv, "test", s.Log)
	if err != nil {
		t.Fatal(err)
	}
	s.Tracer = tracer
	_, stop := w.run(t, s)
	w.open(t, "one")
	w.settled(t, s.Store)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var names strings.Builder
	for _, spans := range got.spans {
		if all := strings.Join(spans, ", "); strings.Contains(all, "webhook") {
			names.WriteString(all + "; ")
		}
	}
	for _, want := range []string{"webhook", "pull", "GitHub POST graphql", "policy conflict_of_interest", "publish", "GitHub POST repos/*/*/check-runs"} {
		if !strings.Contains(names.String(), want) {
			t.Errorf("want %s in the trace of the webhook, got %s", want, names.String())
		}
	}
}
