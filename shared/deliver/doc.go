// Package deliver sends events to tenants' destinations: the stages of a delivery, its states, its breaker and its retries.
package deliver
