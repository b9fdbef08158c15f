// Package analyze serves the main job: analyze, redact, restore, and the records of analyses.
package analyze
