package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"guardrails/infra/monitoring"
)

// writeMonitoring writes the rules for Prometheus and the dashboard for Grafana.
func writeMonitoring(_ context.Context, root string) error {
	dashboard, err := monitoring.Dashboard()
	if err != nil {
		return err
	}
	for path, text := range map[string]string{"deploy/prometheus/rules.yaml": monitoring.Rules(), "deploy/grafana/guardrails.json": dashboard} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}
