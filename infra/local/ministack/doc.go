// Package ministack keeps one MiniStack alive for one data folder.
//
// The instance outlives a host that is killed: it has a session of its own, and the next host adopts it by the token
// in the folder. It is started again when it dies; what it had not saved by then is lost, and a log line says so.
package ministack
