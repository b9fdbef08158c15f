// Package mailtest is a mail server on this machine; only tests import it.
package mailtest
