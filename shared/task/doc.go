// Package task keeps the tasks of the older API: one text, submitted to be worked on, and what became of it.
package task
