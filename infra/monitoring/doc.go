// Package monitoring says what the service promises and what people are woken for, as data, and renders it for
// Prometheus and Grafana. The deployment makes CloudWatch alarms of the same data.
package monitoring
