// Package outage tells a service that does not answer from one that refuses, and bridges the first with what is remembered.
package outage
