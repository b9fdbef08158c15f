package jobs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]entry{
		`{"id":"a","text":"x"}`:            {ID: "a", Text: "x"},
		` {"text":"x\u00e9"} `:             {ID: "#7", Text: "xé"},
		`{"id":"a"}`:                       {ID: "a", Fault: faultInvalid},
		`{"id":"a","text":null}`:           {ID: "a", Fault: faultInvalid},
		`{"id":"a","text":""}`:             {ID: "a", Fault: faultInvalid},
		`{"id":"a","text":["x"]}`:          {ID: "a", Fault: faultInvalid},
		`{"id":"","text":"x"}`:             {ID: "#7", Fault: faultInvalid},
		`{"id":1,"text":"x"}`:              {ID: "#7", Fault: faultInvalid},
		`{"id":null,"text":"x"}`:           {ID: "#7", Fault: faultInvalid},
		`{"id":"a","Text":"x"}`:            {ID: "a", Fault: faultInvalid},
		`{"id":"a","text":"x","n":1}`:      {ID: "a", Fault: faultInvalid},
		`null`:                             {ID: "#7", Fault: faultInvalid},
		`["a"]`:                            {ID: "#7", Fault: faultInvalid},
		`"a"`:                              {ID: "#7", Fault: faultInvalid},
		`{"id":"a","text":"x"`:             {ID: "#7", Fault: faultMalformed},
		`{"id":"a","id":"b","text":"x"}`:   {ID: "#7", Fault: faultMalformed},
		`{"id":"a","text":"x"} {}`:         {ID: "#7", Fault: faultMalformed},
		`{"id":"a","text":"\ud800"}`:       {ID: "#7", Fault: faultMalformed},
		"{\"id\":\"a\",\"text\":\"\xff\"}": {ID: "#7", Fault: faultMalformed},
		``:                                 {ID: "#7", Fault: faultMalformed},
	} {
		if got := parse([]byte(raw), 7); got != want {
			t.Errorf("parse(%s) = %+v, want %+v", raw, got, want)
		}
	}
	long := fmt.Sprintf(`{"id":"a","text":%q}`, strings.Repeat("a", maxText+1))
	if got := parse([]byte(long), 1); got != (entry{ID: "a", Fault: faultTooLarge}) {
		t.Errorf("a large document becomes %s with fault %s", got.ID, got.Fault)
	}
	if got := parse([]byte(`{"id":"`+strings.Repeat("i", maxID+1)+`","text":"x"}`), 2); got != (entry{ID: "#2", Fault: faultInvalid}) {
		t.Errorf("a document with a long id becomes %+v", got)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	in := "\xef\xbb\xbf one \r\n\n\t\n" + strings.Repeat("b", maxLine) + "\n" + strings.Repeat("c", maxLine+1) + "\nlast"
	l := newLines(iotest.OneByteReader(strings.NewReader(in)), 0)
	var got []string
	for {
		line, long, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%.4s %d %v", line, len(line), long))
	}
	want := []string{"one 3 false", fmt.Sprintf("bbbb %d false", maxLine), fmt.Sprintf("cccc %d true", maxLine), "last 4 false"}
	if !slices.Equal(got, want) || l.offset != int64(len(in)) {
		t.Errorf("lines %q to offset %d, want %q to %d", got, l.offset, want, len(in))
	}
}

// cutAll cuts an input from a state on, and returns the chunks.
func cutAll(t rapidOrTest, c *cutter) []piece {
	t.Helper()
	out, err := c.group(1 << 20)
	if err != nil {
		t.Fatalf("cut: %v", err)
	}
	return out
}

type rapidOrTest interface {
	Helper()
	Fatalf(format string, args ...any)
}

func newCutter(in []byte, offset int64, documents, chunks int) *cutter {
	return &cutter{in: newLines(bytes.NewReader(in[offset:]), offset), seen: map[digest]bool{}, documents: documents, chunks: chunks}
}

// TestCutGoesOnWhereItEnded cuts an input at once, and in groups with a new cutter for each: the chunks are the same.
func TestCutGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var in bytes.Buffer
		for range rapid.IntRange(0, 300).Draw(t, "documents") {
			id := rapid.IntRange(0, 200).Draw(t, "id")
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				in.WriteString("\n  \n")
			case 1:
				in.WriteString("{broken\n")
			case 2:
				fmt.Fprintf(&in, `{"id":"%d","text":%q}`+"\r\n", id, strings.Repeat("x", rapid.IntRange(1, chunkBytes).Draw(t, "size")))
			default:
				fmt.Fprintf(&in, `{"id":"%d","text":"x"}`+"\n", id)
			}
		}
		whole := cutAll(t, newCutter(in.Bytes(), 0, 0, 0))

		var parts []piece
		var at cutter
		offset := int64(0)
		for !at.done {
			c := newCutter(in.Bytes(), offset, at.documents, at.chunks)
			for _, p := range parts {
				c.remember(p.ids)
			}
			some, err := c.group(rapid.IntRange(1, 3).Draw(t, "group"))
			if err != nil {
				t.Fatalf("cut: %v", err)
			}
			parts, offset, at = append(parts, some...), c.in.offset, *c
		}
		if fmt.Sprint(whole) != fmt.Sprint(parts) {
			t.Fatalf("cut at once: %d chunks; in groups: %d, or others", len(whole), len(parts))
		}
		checkPieces(t, whole)
	})
}

// checkPieces makes sure that chunks are bounded, numbered, and hold no id twice without a fault.
func checkPieces(t rapidOrTest, pieces []piece) {
	t.Helper()
	seen, position := map[string]bool{}, 1
	for i, p := range pieces {
		if p.n != i || p.first != position || len(p.entries) == 0 || len(p.entries) > chunkDocuments || len(p.ids) != len(digest{})*len(p.entries) {
			t.Fatalf("chunk %d has number %d, first %d, %d documents", i, p.n, p.first, len(p.entries))
		}
		for _, e := range p.entries {
			if seen[e.ID] != (e.Fault == faultRepeated) {
				t.Fatalf("document %q was there before: %v, its fault: %q", e.ID, seen[e.ID], e.Fault)
			}
			seen[e.ID] = true
		}
		position += len(p.entries)
	}
}

func TestTooManyDocuments(t *testing.T) {
	t.Parallel()
	in := bytes.Repeat([]byte("x\n"), maxDocuments)
	if pieces := cutAll(t, newCutter(in, 0, 0, 0)); len(pieces) != maxDocuments/chunkDocuments {
		t.Errorf("%d chunks of %d documents", len(pieces), maxDocuments)
	}
	if _, err := newCutter(append(in, 'x'), 0, 0, 0).group(1 << 20); !errors.Is(err, errTooMany) {
		t.Errorf("one document too many: %v", err)
	}
}

func TestReadErrorsAreReported(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	c := newCutter(nil, 0, 0, 0)
	c.in = newLines(io.MultiReader(strings.NewReader("{}\n{"), iotest.ErrReader(broken)), 0)
	if _, err := c.group(1); !errors.Is(err, broken) || c.done {
		t.Errorf("cut from a broken input: %v, at its end: %v", err, c.done)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"id":"a","text":"x"}`))
	f.Add([]byte(`{"id":"\ud800","text":1}`))
	f.Add([]byte("{\"text\":\"\xc3\x28\"}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := parse(raw, 3)
		if (e.Text == "") != (e.Fault != "") || e.ID == "" || len(e.ID) > maxID {
			t.Errorf("parse = %+v: a document has a text or a fault, and an id", e)
		}
	})
}
