// Package command is what the tools' command lines have in common: help, exit statuses, and steps that can be named.
package command
