// Package main installs MiniStack into the project's .venv: go run ./scripts/ministack.
//
// Packages and their hashes are pinned in requirements.txt; serve.py is what runs there. A second run does nothing
// until requirements.txt changes.
package main
