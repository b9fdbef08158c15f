// Command loadjob measures a batch on a running system: it uploads documents of a size, submits them as one job, waits
// for its end, and prints documents a second and the counts.
//
//	go run ./scripts/loadjob -documents 10000 -bytes 1024
package main
