// Package ops serves the platform's own routes: health, readiness, the OpenAPI document and the reference for people.
package ops
