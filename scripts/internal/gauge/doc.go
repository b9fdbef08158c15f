// Package gauge measures scanners beside each other, in CPU time of one core: on ordinary texts, and on the worst that we know.
package gauge
