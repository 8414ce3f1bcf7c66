package telemetry

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Tracer follows one piece of work through a process and across processes. A nil *Tracer follows nothing.
type Tracer struct {
	provider *sdk.TracerProvider
}

// NewTracer sends spans to the collector that the standard variables OTEL_EXPORTER_OTLP_ENDPOINT or
// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT name, over HTTP, and returns nil if neither is set. OTEL_SERVICE_NAME,
// OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and the other variables of the SDK hold as well:
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
func NewTracer(ctx context.Context, getenv func(string) string, version string, log *slog.Logger) (*Tracer, error) {
	if getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("export traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "bylaw"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("export traces: %w", err)
	}
	log.Info("traces are exported")
	return &Tracer{sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))}, nil
}

// Close sends what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("export last traces: %w", err)
	}
	return nil
}

// Begin begins a piece of work that follows from the one that origin names, or from none; see [Origin].
func (t *Tracer) Begin(ctx context.Context, name, origin string, about ...slog.Attr) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": origin})
	ctx, s := t.provider.Tracer("bylaw").Start(ctx, name, trace.WithAttributes(attributes(about)...))
	return ctx, &Span{s}
}

// Start begins a part of the work that ctx belongs to; of none, it does nothing.
func Start(ctx context.Context, name string, about ...slog.Attr) (context.Context, *Span) {
	within := trace.SpanFromContext(ctx)
	if !within.IsRecording() {
		return ctx, nil
	}
	ctx, s := within.TracerProvider().Tracer("bylaw").Start(ctx, name, trace.WithAttributes(attributes(about)...))
	return ctx, &Span{s}
}

// Origin names the work that ctx belongs to, as a W3C traceparent, and is empty where none is followed. What
// follows from it later, also in another process, begins with it.
func Origin(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// Span is a piece of work in a trace. A nil *Span does nothing.
type Span struct{ span trace.Span }

// Note adds what is known of the work.
func (s *Span) Note(about ...slog.Attr) {
	if s != nil {
		s.span.SetAttributes(attributes(about)...)
	}
}

// End ends the work, with its error if it failed.
func (s *Span) End(err error) {
	if s == nil {
		return
	}
	if err != nil {
		s.span.SetStatus(codes.Error, err.Error())
	}
	s.span.End()
}

func attributes(about []slog.Attr) []attribute.KeyValue {
	var out []attribute.KeyValue
	for _, a := range about {
		if a.Value.Kind() == slog.KindInt64 {
			out = append(out, attribute.Int64(a.Key, a.Value.Int64()))
		} else {
			out = append(out, attribute.String(a.Key, a.Value.String()))
		}
	}
	return out
}
