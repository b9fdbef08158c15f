package fntest

import (
	"guardrails/shared/blob"
	"guardrails/shared/queue"
)

func queueNames() []string {
	var out []string
	for _, d := range queue.Definitions() {
		out = append(out, d.Name)
	}
	return out
}

func bucketNames() []string {
	var out []string
	for _, b := range blob.Buckets() {
		out = append(out, b.Name)
	}
	return out
}
