// Package telemetry holds the logger, the metrics and the traces, none of which ever carries a text of a request.
//
// Logs and metrics are JSON lines on one stream, the metrics in CloudWatch's embedded format; a Registry keeps the same
// metrics for Prometheus. Spans go to an OpenTelemetry collector.
package telemetry
