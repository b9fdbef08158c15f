// Package inspect is the main job: a value in; findings, decision, risk and the redacted value out.
//
// Every road to the engine leads through here: the analyze and redact routes, the job worker and the older API.
package inspect
