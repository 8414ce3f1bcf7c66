// Package telemetry is what operators watch: metrics in Prometheus' text format, and traces over
// OpenTelemetry's protocol. It is the only door to both libraries, knows nothing of what is measured, and
// never fails or delays the work: a trace that cannot be sent is lost.
//
// No label and no attribute of a metric holds what a stranger can make up without limit; names of
// repositories stand in traces only.
package telemetry
