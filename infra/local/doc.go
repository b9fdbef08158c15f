// Package local runs the whole system in one process on one machine: the gateway, the triggers and every function, over
// a MiniStack that it keeps alive.
//
// No function knows that it runs locally. All state is in the data folder; a stop keeps it, and so does a kill: the
// next run adopts the MiniStack that the killed one left behind.
//
// Node is the same process over the AWS that it is given, for hosts other than Lambda: it keeps no MiniStack and makes
// no tenants.
package local
