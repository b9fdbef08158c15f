package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fakePeer answers every text that holds a word with one finding of it.
func fakePeer(t *testing.T, greeting, word, typ string) *peer {
	t.Helper()
	questions, ask := io.Pipe()
	answers, say := io.Pipe()
	t.Cleanup(func() { _, _ = ask.Close(), answers.Close() })
	go func() {
		fmt.Fprintln(say, greeting)
		for lines := bufio.NewScanner(questions); lines.Scan(); {
			var row struct{ Text string }
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				_ = say.CloseWithError(err)
				return
			}
			found := "[]"
			if i := strings.Index(row.Text, word); i >= 0 {
				found = fmt.Sprintf(`[{"start": %d, "end": %d, "type": %q}]`, i, i+len(word), typ)
			}
			fmt.Fprintln(say, found)
		}
	}()
	p, err := newPeer(ask, answers)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBesidePeers(t *testing.T) {
	t.Parallel()
	spans := write(t, "spans.jsonl", `{"text":"write to jo@example.com, Bob","spans":[{"start":9,"end":23,"type":"EMAIL"},{"start":25,"end":28,"type":"NICKNAME"}]}`)
	labels := write(t, "labels.jsonl", `{"text":"hunter2 is all that it says","label":"secret"}`)
	c := config{rename: renames{}, category: "secret", minScore: 0.5, spans: list{spans}, labels: list{labels}, peers: &peers{
		spans:   fakePeer(t, `{"name": "Fake 1.0", "types": ["EMAIL"]}`, "jo@example.com", "EMAIL"),
		secrets: fakePeer(t, `{"name": "Fake 2.0"}`, "hunter2", "a-rule"),
	}}
	var out strings.Builder
	if err := c.measure(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`Fake 1\.0: P`, `EMAIL_ADDRESS +1( +1\.000){3} +0 +0( +1\.000){3} +0 +0`, `NICKNAME +1( +0\.000){3} +0 +1( +-){5}`,
		`micro of what both know +1( +1\.000){3} +0 +0( +1\.000){3}`, `Fake 2\.0: flagged`, `secret +1 +0 +0\.000 +1 +1\.000`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// A peer that is not there is named, and its cells are empty.
func TestMissingPeers(t *testing.T) {
	t.Parallel()
	missing, err := startPeer(t.Context(), "Nobody", filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	spans := write(t, "spans.jsonl", `{"text":"write to jo@example.com","spans":[{"start":9,"end":23,"type":"EMAIL"}]}`)
	labels := write(t, "labels.jsonl", `{"text":"nothing","label":"secret"}`)
	c := config{rename: renames{}, category: "secret", minScore: 0.5, spans: list{spans}, labels: list{labels}, peers: &peers{spans: missing, secrets: missing}}
	var out strings.Builder
	if err := c.measure(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`Nobody \(not installed: -install-peers\): P`, `EMAIL_ADDRESS +1( +1\.000){3} +0 +0( +-){5}`, `Nobody \(not installed: -install-peers\): flagged`, `secret +1 +0 +0\.000 +- +-`} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if err := c.peers.close(); err != nil {
		t.Error(err)
	}
}

// A program that is no peer, or ends, is an error and not a row of zeros.
func TestBrokenPeers(t *testing.T) {
	t.Parallel()
	if _, err := newPeer(io.Discard, strings.NewReader("usage: no peer\n")); err == nil {
		t.Error("a greeting that is none is taken")
	}
	p, err := newPeer(io.Discard, strings.NewReader(`{"name": "Fake"}`+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.find("text"); err == nil {
		t.Error("no error of a peer that has ended")
	}
}
