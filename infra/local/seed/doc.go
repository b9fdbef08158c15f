// Package seed makes the tenants of a local run: the platform's own, acme and globex, with a key for each role.
package seed
