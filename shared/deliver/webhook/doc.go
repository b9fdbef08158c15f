// Package webhook delivers events as signed HTTP requests, as the Standard Webhooks specification says.
package webhook
