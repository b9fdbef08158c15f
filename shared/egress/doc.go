// Package egress is the one way out to addresses that callers name: an HTTP client that cannot be led inside.
//
// A host is judged when it is saved (shared/destination) and its address again when it is dialed, behind the resolver:
// what a name meant a moment ago is no promise. There is no proxy, which would dial in our place, and no redirect is
// followed. Connections are reused for the same host and port alone, and each was judged when it was made.
package egress
