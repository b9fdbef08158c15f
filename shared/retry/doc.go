// Package retry says when something that failed is tried again.
package retry
