// Package demo makes the tenants that a local run starts with: acme and globex, each with a key for every role, and a
// platform administrator.
package demo
