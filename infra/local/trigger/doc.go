// Package trigger feeds functions from queues, table streams and schedules, as event source mappings and EventBridge do.
//
// Every trigger runs until its first context ends; a batch in flight then ends under the second one. Delivery is at
// least once: what a function did not finish is delivered again.
package trigger
