package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"guardrails/shared/document"
	"guardrails/shared/errs"
)

func seeds() []string {
	return []string{
		`{}`, `[]`, `"x"`, `{"a":{"b":["c",12345678,-1.5e3]}}`, `{"a":1,"a":2}`, "\"\xff\"", `"\ud800"`, `[[[[`, `{"~/":"\/"}`,
		`[{"role":"user","content":"hi"}]`, `[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url"}]}]`,
	}
}

// FuzzCheck holds Check against the standard library: what passes is valid, and Strings and Rewrite accept it.
func FuzzCheck(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		err := document.Check(raw, 0)
		if err == nil && !json.Valid(raw) {
			t.Fatalf("Check passes invalid JSON %q", raw)
		}
		if err != nil && !errors.Is(err, errs.MalformedBody) {
			t.Fatalf("Check = %v", err)
		}
		found, werr := document.Strings(raw)
		if err == nil && werr != nil && !errors.Is(werr, errs.InvalidRequest) {
			t.Fatalf("Check passes, Strings = %v", werr)
		}
		if err != nil && werr == nil {
			t.Fatalf("Check = %v, but Strings found %d", err, len(found))
		}
		out, rerr := document.Rewrite(raw, nil)
		if werr == nil && (rerr != nil || !bytes.Equal(out, raw)) {
			t.Fatalf("Rewrite without changes = %q, %v", out, rerr)
		}
	})
}

// FuzzRewrite replaces every string by another and expects to read it back.
func FuzzRewrite(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s), "new \"text\"\x00é")
	}
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		found, err := document.Strings(raw)
		if err != nil {
			return
		}
		changes := map[string]string{}
		for _, s := range found {
			changes[s.Path] = text
		}
		out, err := document.Rewrite(raw, changes)
		if err != nil {
			t.Fatal(err)
		}
		if err := document.Check(out, 0); err != nil {
			t.Fatalf("rewritten value: %v", err)
		}
		again, err := document.Strings(out)
		if err != nil || len(again) != len(found) {
			t.Fatalf("Strings = %d, %v; want %d", len(again), err, len(found))
		}
	})
}

// FuzzMessages looks for panics and for errors without a public code.
func FuzzMessages(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, err := document.Messages(raw, "/messages")
		if err != nil && !errors.Is(err, errs.MalformedBody) && !errors.Is(err, errs.InvalidRequest) {
			t.Fatalf("Messages = %v", err)
		}
	})
}
