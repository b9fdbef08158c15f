// Package fn is the frame of every function: its description (Spec), its environment, and the edges that turn
// API Gateway requests, SQS batches, stream batches and schedules into typed calls.
//
// A Spec is data and lives in functions/catalog.go. A context binds each Spec's name to a handler; Build joins the
// two with an Env that refuses every table, queue, bucket and secret that the Spec did not declare.
package fn
