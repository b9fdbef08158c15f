// Package emulator starts MiniStack, which answers for AWS on this machine, in local runs and tests.
//
// The program is scripts/ministack/serve.py, run by the Python of the project's virtual environment (.venv). It
// listens on 127.0.0.1 alone and on one port alone.
package emulator
