package jobs

import (
	"errors"
	"io"
)

const (
	// chunkDocuments and chunkBytes bound a chunk: it is closed by the document that reaches either.
	chunkDocuments = 50
	chunkBytes     = 256 << 10
)

// errTooMany is returned when a job has more documents than maxDocuments.
var errTooMany = errors.New("jobs: too many documents")

// piece is a chunk that has been cut, before it is stored.
type piece struct {
	// n is the chunk's number from 0, first the position of its first document from 1.
	n, first int
	entries  []entry
	// ids are the digests of the documents' ids, one behind the other.
	ids []byte
}

// cutter cuts a job's documents into chunks. What it cuts depends on the input and on where it starts alone, so a
// split that was cut off cuts the same again.
type cutter struct {
	in   *lines
	seen map[digest]bool
	// documents and chunks are how many were cut so far.
	documents, chunks int
	done              bool
}

// next cuts one chunk. At the end of the input it returns io.EOF, and a last chunk if there is one.
func (c *cutter) next() (piece, error) {
	p := piece{n: c.chunks, first: c.documents + 1}
	size := 0
	for len(p.entries) < chunkDocuments && size < chunkBytes {
		raw, long, err := c.in.next()
		if errors.Is(err, io.EOF) {
			c.done = true
			break
		}
		if err != nil {
			return p, err
		}
		if c.documents == maxDocuments {
			return p, errTooMany
		}
		c.documents++
		e, d := c.entry(raw, long)
		size += len(e.Text)
		p.entries, p.ids = append(p.entries, e), append(p.ids, d[:]...)
	}
	if len(p.entries) > 0 {
		c.chunks++
	}
	if c.done {
		return p, io.EOF
	}
	return p, nil
}

// entry reads one document and finds out whether its id was there before.
func (c *cutter) entry(raw []byte, long bool) (entry, digest) {
	e := entry{ID: number(c.documents), Fault: faultTooLarge}
	if !long {
		e = parse(raw, c.documents)
	}
	d := digestOf(e.ID)
	if c.seen[d] {
		return entry{ID: e.ID, Fault: faultRepeated}, d
	}
	c.seen[d] = true
	return e, d
}

// remember adds the ids of a chunk that was cut before.
func (c *cutter) remember(ids []byte) {
	for len(ids) >= len(digest{}) {
		c.seen[digest(ids[:len(digest{})])] = true
		ids = ids[len(digest{}):]
	}
}

// group cuts up to n chunks. The last group of a job may be empty.
func (c *cutter) group(n int) ([]piece, error) {
	var out []piece
	for len(out) < n && !c.done {
		p, err := c.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return out, err
		}
		if len(p.entries) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}
