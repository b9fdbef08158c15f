// Package receivertest is a receiver of webhooks on this machine that fails in every way a receiver can; only tests import it.
package receivertest
