// Package keys holds the routes on API keys: list, create, rotate, revoke.
//
// A key has its creator's role, and scopes, rate limit and addresses within what its creator has. Administrators manage
// all keys of their tenant; the other roles see and manage the key they call with and the keys they made with it.
package keys
