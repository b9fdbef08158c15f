package document_test

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/document"
	"guardrails/shared/errs"
)

func TestCSV(t *testing.T) {
	t.Parallel()
	type s = document.String
	for _, tt := range []struct {
		name, text string
		want       []s
	}{
		{"empty", "", nil},
		{"one cell", "a", []s{{Path: "/0/0", Value: "a"}}},
		{"names give context", "name,ssn\nAnn,219-41-6789\n", []s{
			{Path: "/0/0", Value: "name"},
			{Path: "/0/1", Value: "ssn"},
			{Path: "/1/0", Keys: []string{"name"}, Value: "Ann"},
			{Path: "/1/1", Keys: []string{"ssn"}, Value: "219-41-6789"},
		}},
		{"quotes", "\"a \"\"b\"\"\",\"c\nd\"\r\n,\"\"", []s{{Path: "/0/0", Value: `a "b"`}, {Path: "/0/1", Value: "c\nd"}}},
		{"a quote inside a bare cell", `a"b,c`, []s{{Path: "/0/0", Value: `a"b`}, {Path: "/0/1", Value: "c"}}},
		{"semicolons and a comma", "a;b\n1,5;x", []s{
			{Path: "/0/0", Value: "a"},
			{Path: "/0/1", Value: "b"},
			{Path: "/1/0", Keys: []string{"a"}, Value: "1,5"},
			{Path: "/1/1", Keys: []string{"b"}, Value: "x"},
		}},
		{"tabs", "a\tb", []s{{Path: "/0/0", Value: "a"}, {Path: "/0/1", Value: "b"}}},
		{"byte order mark", "\ufeffssn\n1", []s{{Path: "/0/0", Value: "ssn"}, {Path: "/1/0", Keys: []string{"ssn"}, Value: "1"}}},
		{"a row longer than the names", "a,b\n1,2,3", []s{
			{Path: "/0/0", Value: "a"},
			{Path: "/0/1", Value: "b"},
			{Path: "/1/0", Keys: []string{"a"}, Value: "1"},
			{Path: "/1/1", Keys: []string{"b"}, Value: "2"},
			{Path: "/1/2", Value: "3"},
		}},
		{"old ends of lines", "a,b\r1,2\r", []s{
			{Path: "/0/0", Value: "a"},
			{Path: "/0/1", Value: "b"},
			{Path: "/1/0", Keys: []string{"a"}, Value: "1"},
			{Path: "/1/1", Keys: []string{"b"}, Value: "2"},
		}},
	} {
		got, err := document.CSV(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCSVFaults(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"open quote": "a,b\n\"secret value", "behind quotes": "a\n\"secret\" value,b", "too many cells": strings.Repeat("1,", 50_001),
	} {
		_, err := document.CSV(text)
		if !errors.Is(err, errs.InvalidRequest) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "too many cells" {
			continue
		}
		if _, err := document.RewriteCSV(text, nil); !errors.Is(err, errs.InvalidRequest) {
			t.Errorf("%s, rewritten: %v", name, err)
		}
	}
}

func TestRewriteCSV(t *testing.T) {
	t.Parallel()
	const text = "name, note ,x\r\n\"Ann\",  b  ,\n1,2,3"
	got, err := document.RewriteCSV(text, map[string]string{"/1/0": `A "B"`, "/1/2": "a,b", "/2/1": "two"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "name, note ,x\r\n\"A \"\"B\"\"\",  b  ,\"a,b\"\n1,two,3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := document.RewriteCSV(text, map[string]string{"/9/9": "x"}); !errors.Is(err, errs.Internal) {
		t.Errorf("a path that names no cell: %v", err)
	}
}

// FuzzCSV holds the reader against the standard library's, and expects to read back what it writes.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2", "\"a\"\"b\",c\r\n\"x\ny\",", "a;b;c", "\ufeffa\t\"\t\"", "a,\"b", ",,\n\n,", "a\rb"} {
		f.Add(seed, "new, \"cell\"\n")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		found, err := document.CSV(text)
		if err != nil {
			return
		}
		same, err := document.RewriteCSV(text, nil)
		if err != nil || same != text {
			t.Fatalf("RewriteCSV without changes = %q, %v", same, err)
		}
		holdCells(t, text, found)
		if strings.ContainsAny(value, "\t|;") || value == "" || len(found) == 0 || found[0].Path == "/0/0" || strings.IndexByte(text, ',') < 0 {
			return // another delimiter might win
		}
		last := found[len(found)-1]
		out, err := document.RewriteCSV(text, map[string]string{last.Path: value})
		if err != nil {
			t.Fatal(err)
		}
		again, err := document.CSV(out)
		if err != nil || len(again) != len(found) || again[len(again)-1].Value != value {
			t.Fatalf("%q became %q: %v, %v", text, out, again, err)
		}
	})
}

// holdCells compares what is in the cells, where the standard library reads the table at all and as we do: it drops
// empty rows, and the carriage return before a line feed in quotes.
func holdCells(t *testing.T, text string, found []document.String) {
	t.Helper()
	if strings.ContainsAny(text, ";\t|\r") {
		return
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord, r.LazyQuotes = -1, false
	rows, err := r.ReadAll()
	if err != nil {
		return
	}
	var want, got []string
	for _, row := range rows {
		for _, c := range row {
			if c != "" {
				want = append(want, c)
			}
		}
	}
	for _, s := range found {
		got = append(got, s.Value)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q (-standard library +ours):\n%s", text, diff)
	}
}
