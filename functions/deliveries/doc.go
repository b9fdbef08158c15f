// Package deliveries sends events to where tenants want them: the routes on destinations and deliveries, and the workers
// that attempt, sweep and replay.
//
// How a delivery lives is in shared/deliver; this package gives it its stores and its routes.
package deliveries
