package jobs

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lines reads newline-delimited JSON and knows how many bytes it has consumed.
type lines struct {
	r      *bufio.Reader
	offset int64
	buf    []byte
}

const readAhead = 256 << 10

func newLines(r io.Reader, offset int64) *lines {
	return &lines{r: bufio.NewReaderSize(r, readAhead), offset: offset}
}

// next returns the next line that is not blank, without white space around it, valid until the call after. A line of
// more than maxLine bytes is read to its end, but kept only up to there: long says so. At the end it returns io.EOF.
func (l *lines) next() (line []byte, long bool, err error) {
	for {
		first := l.offset == 0
		line, long, err = l.read()
		if first {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 || long || err != nil {
			return line, long, err
		}
	}
}

// read returns one line, the last one even without a newline.
func (l *lines) read() (line []byte, long bool, err error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.offset += int64(len(part))
		if room := maxLine - len(l.buf); len(part) > room+1 {
			long = true
			part = part[:room]
		}
		l.buf = append(l.buf, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(l.buf) > 0:
			return l.buf, long, nil
		}
		return l.buf, long, err
	}
}
