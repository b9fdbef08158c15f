package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"guardrails/scripts/internal/python"
	"guardrails/scripts/internal/tree"
	"guardrails/scripts/internal/verdict"
	"guardrails/shared/detect"
)

// peer is another scanner, in a process of its own: a line with a text goes in, a line with what is found there comes out. Its
// first line says who it is.
type peer struct {
	// Name has the version. Of Types a scanner of personal data knows no others.
	Name  string   `json:"name"`
	Types []string `json:"types"`
	// missing says that it is not installed, and so has no answers.
	missing bool

	in    *json.Encoder
	out   *bufio.Scanner
	close func() error
}

// peerTypes are a peer's names for types that we call otherwise, beside those that everybody uses.
var peerTypes = map[string]string{"CRYPTO": "CRYPTO_BTC"}

func peerType(name string) string {
	if typ, ok := peerTypes[name]; ok {
		return typ
	}
	return detect.Canonical(name)
}

// newPeer reads who answers.
func newPeer(in io.Writer, out io.Reader) (*peer, error) {
	p := &peer{in: json.NewEncoder(in), out: bufio.NewScanner(out), close: func() error { return nil }}
	p.out.Buffer(nil, maxLine)
	if err := p.read(p); err != nil {
		return nil, err
	}
	for i, typ := range p.Types {
		p.Types[i] = peerType(typ)
	}
	return p, nil
}

func (p *peer) read(into any) error {
	if !p.out.Scan() {
		return errors.Join(errors.New("it says no more"), p.out.Err())
	}
	return json.Unmarshal(p.out.Bytes(), into)
}

// find asks for the findings in a text.
func (p *peer) find(text string) ([]span, error) {
	if err := p.in.Encode(map[string]string{"text": text}); err != nil {
		return nil, fmt.Errorf("ask %s: %w", p.Name, err)
	}
	var found []span
	if err := p.read(&found); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", p.Name, err)
	}
	for i := range found {
		found[i].Type = peerType(found[i].Type)
	}
	return found, nil
}

// startPeer runs a program. One that is not there is a peer that is missing.
func startPeer(ctx context.Context, name, program string, args ...string) (*peer, error) {
	if _, err := os.Stat(program); errors.Is(err, os.ErrNotExist) {
		return &peer{Name: name, missing: true, close: func() error { return nil }}, nil
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p, err := newPeer(in, out)
	if err != nil {
		_ = cmd.Process.Kill() // it said nothing that we understand
		return nil, fmt.Errorf("start %s: %w", name, errors.Join(err, cmd.Wait()))
	}
	p.close = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	return p, nil
}

// peers are those that we are measured beside: of personal data and of secrets.
type peers struct{ spans, secrets *peer }

// The peers' folders below the tree's root, which git ignores.
var (
	presidioPython = filepath.Join(".tools", "peers", "bin", "python")
	gitleaksBinary = filepath.Join(".tools", "bench")
)

// installPeers makes what openPeers starts: a virtual environment by the hashes of requirements.txt, and the program of the
// module that links gitleaks.
func installPeers(ctx context.Context, w io.Writer) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	venv := python.Venv{Root: root, Name: "peers", Requirements: "scripts/evaluate/requirements.txt", About: "Presidio and a model of spaCy, about 350 MB,"}
	if _, err := venv.Install(ctx, w); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "-C", filepath.Join(root, "scripts", "bench"), "build", "-o", filepath.Join(root, gitleaksBinary), ".").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build gitleaks: %w\n%s", err, out)
	}
	return nil
}

func openPeers(ctx context.Context) (*peers, error) {
	root, err := tree.Root(ctx)
	if err != nil {
		return nil, err
	}
	p := &peers{}
	if p.spans, err = startPeer(ctx, "Presidio", filepath.Join(root, presidioPython), filepath.Join(root, "scripts", "evaluate", "presidio.py")); err != nil {
		return nil, err
	}
	if p.secrets, err = startPeer(ctx, "gitleaks", filepath.Join(root, gitleaksBinary), "-find"); err != nil {
		return nil, errors.Join(err, p.spans.close())
	}
	return p, nil
}

func (p *peers) close() error { return errors.Join(p.spans.close(), p.secrets.close()) }

// heading is a peer's name above its columns.
func (p *peer) heading() string {
	if p.missing {
		return p.Name + " (not installed: -install-peers)"
	}
	return p.Name
}

// peerOf is the peer for texts with labels of a category, or nil.
func (c *config) peerOf(category string) *peer {
	if c.peers == nil || category != string(detect.CategorySecret) {
		return nil
	}
	return c.peers.secrets
}

// flags reports whether a peer finds anything in a text; none and a missing one find nothing.
func (p *peer) flags(text string) (bool, error) {
	if p == nil || p.missing {
		return false, nil
	}
	found, err := p.find(text)
	return len(found) > 0, err
}

// cells are the number of flagged texts and its share.
func (p *peer) cells(flagged, texts int) string {
	switch {
	case p == nil:
		return ""
	case p.missing:
		return "-\t-\t"
	}
	return fmt.Sprintf("%d\t%.3f\t", flagged, verdict.Ratio(flagged, texts))
}
