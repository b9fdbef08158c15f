// Package kindtest holds every kind of destination to the contract of deliver.Kind; only tests import it.
package kindtest
