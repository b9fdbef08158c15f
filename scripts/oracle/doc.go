// Package oracle holds the checks of identifiers against those of python-stdnum, which others have written.
//
// Its test makes up numbers of each kind that both know, valid ones and such with mistakes, asks python-stdnum once for all
// of them, and compares the verdicts. Where they may differ, and why, is a table. Packages and their hashes are pinned in
// requirements.txt and installed into .tools/oracle on first use; python-stdnum (LGPL-2.1-or-later) is no part of what ships.
package oracle
