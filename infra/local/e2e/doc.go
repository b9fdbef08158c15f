// Package e2e drives the whole local system over HTTP while its parts are killed, stopped and badly treated; it holds tests alone.
package e2e
