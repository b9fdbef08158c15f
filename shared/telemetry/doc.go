// Package telemetry holds the logger and the metrics: JSON lines on one stream, never with text of a request.
package telemetry
