package detect

import (
	"strings"
	"sync"
	"testing"
)

// After a long text, working memory holds nothing of it that the scans of short ones would clear again and again.
func TestReleaseForgets(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	plan, err := e.Compile(Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &scan{}
	s.reset(t.Context(), plan, strings.Repeat("é1 ", 10_000))
	s.findKeys([]string{strings.Repeat("key", 1000)})
	s.run(nil)
	s.result()
	dst := s.folder.dst
	s.release(&sync.Pool{})
	if len(dst) < 10_000 || strings.Trim(string(dst), "\x00") != "" {
		t.Errorf("%d bytes of the text are kept", len(dst))
	}
	if n := len(s.folder.dst) + len(s.judged) + len(s.keyText); n > 0 {
		t.Errorf("%d bytes to clear again", n)
	}
}
