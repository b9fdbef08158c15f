// Package webhook makes and signs with the keys of webhooks, as the Standard Webhooks specification says; and in the older
// API's way.
package webhook
