// Command monitoring checks what the project ships for Prometheus, Alertmanager and Grafana, with their own tools: rules
// and their unit tests, the examples of configuration, the queries of the dashboard, and the metrics as a process writes
// them. promtool and amtool are taken from the machine or from Debian's packages.
//
//	go run ./scripts/monitoring         # every check
//	go run ./scripts/monitoring rules   # the named ones; -h tells which there are
package main
