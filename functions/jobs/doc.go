// Package jobs takes batches of documents and analyzes them beside the caller's way: uploads, jobs and their results.
//
// A job is cut into chunks (split_worker.go), each chunk is analyzed on its own (chunk_worker.go), and the job's row
// counts. Every step may happen twice, or be cut off anywhere: what a step announces is written in one transaction
// under a condition that holds once. Messages are a means to be fast: whatever was lost on the way is found in the
// table and sent again by the relay (relay_stream.go) or the watch (watch_schedule.go).
package jobs
