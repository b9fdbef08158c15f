package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/policy"
	"guardrails/shared/redact"
)

// The exit statuses of analyze, by decision.
const (
	exitFlag   = 10
	exitRedact = 20
	exitBlock  = 30
)

// maxFile is the largest file that is read: a bound for a filter that is given whatever is staged.
const maxFile = 64 << 20

type analyzeFlags struct {
	json, show bool
	policies   []string
	minScore   float64
	source     string
}

// report is what analyze says of one file, as JSON the same words as the API's.
type report struct {
	File       string             `json:"file"`
	Decision   policy.Action      `json:"decision"`
	Risk       policy.Risk        `json:"risk"`
	Findings   []policy.Finding   `json:"findings"`
	Violations []policy.Violation `json:"violations"`
	Redacted   string             `json:"redacted"`
	Coverage   policy.Coverage    `json:"coverage"`
}

// analyze looks at files, or at standard input, with the built-in engine alone. The worst decision is the exit status. A
// file that cannot be read does not hide what others hold: it fails the run only if none of them is worth a status.
func analyze(ctx context.Context, s streams, args []string) int {
	f, files, err := parseAnalyze(s.err, args)
	if err != nil {
		return usageStatus(err)
	}
	plan, set, err := compile(f)
	if err != nil {
		fmt.Fprintln(s.err, "guardrails analyze:", err)
		return exitUsage
	}
	worst, clean := policy.Allow, 0
	for _, name := range files {
		decision, err := one(ctx, s, f, plan, set, name)
		if err != nil {
			fmt.Fprintln(s.err, "guardrails analyze:", err)
			clean = exitFailed
		}
		worst = policy.Strongest(worst, decision)
	}
	return map[policy.Action]int{policy.Allow: clean, policy.Flag: exitFlag, policy.Redact: exitRedact, policy.Block: exitBlock}[worst]
}

// one judges a file and prints what it found. The decision counts even if it cannot be printed.
func one(ctx context.Context, s streams, f analyzeFlags, plan *policy.Plan, set *policy.Set, name string) (policy.Action, error) {
	text, err := read(s.in, name)
	if err != nil {
		return policy.Allow, err
	}
	o := set.Decide([]policy.Scanned{plan.Scan(ctx, "", text, nil)})
	if !f.json {
		return o.Decision, print(s.out, f, name, o, text)
	}
	return o.Decision, printJSON(ctx, s.out, f, name, o, text)
}

func parseAnalyze(errOut io.Writer, args []string) (analyzeFlags, []string, error) {
	var f analyzeFlags
	flags := flag.NewFlagSet("analyze", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.BoolVar(&f.json, "json", false, "print JSON, one object a file")
	flags.BoolVar(&f.show, "show", false, "show the text that was found; by default it is replaced, since logs are read by many")
	flags.Func("policy", "a shipped rule pack ("+packNames()+"); may be given several times", func(v string) error {
		f.policies = append(f.policies, v)
		return nil
	})
	flags.Float64Var(&f.minScore, "min-score", 0.5, "drop findings below this score, 0 to 1")
	flags.StringVar(&f.source, "source", "input", "where the text comes from: input, output or indirect")
	if err := flags.Parse(args); err != nil {
		return f, nil, err
	}
	if err := f.check(); err != nil {
		fmt.Fprintln(errOut, "guardrails analyze:", err)
		return f, nil, err
	}
	files := flags.Args()
	if len(files) == 0 {
		files = []string{"-"}
	}
	return f, files, nil
}

func packNames() string {
	var ids []string
	for _, p := range policy.Packs() {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}

// check refuses values that would switch the filter off without a word.
func (f *analyzeFlags) check() error {
	if !(f.minScore >= 0 && f.minScore <= 1) {
		return errors.New("--min-score must be 0 to 1")
	}
	switch detect.Source(f.source) {
	case detect.SourceInput, detect.SourceOutput, detect.SourceIndirect:
		return nil
	case detect.SourceSystem: // of messages, which have roles
	}
	return errors.New("--source must be input, output or indirect")
}

func compile(f analyzeFlags) (*policy.Plan, *policy.Set, error) {
	engine, err := builtin.Engine()
	if err != nil {
		return nil, nil, err
	}
	var packs []policy.Policy
	for _, name := range f.policies {
		pack, ok := policy.PackByID(strings.ReplaceAll(strings.ToLower(name), "-", "_"))
		if !ok {
			return nil, nil, errors.New("--policy names no shipped rule pack; there are " + packNames())
		}
		packs = append(packs, pack.Policy())
	}
	set, err := policy.Compile(engine, packs, nil)
	if err != nil {
		return nil, nil, err
	}
	o := detect.Options{MinScore: f.minScore, Source: detect.Source(f.source)}
	if o.MinScore == 0 {
		o.MinScore = -1
	}
	plan, err := set.Plan(o, "/detectors")
	return plan, set, err
}

func read(stdin io.Reader, name string) (string, error) {
	in := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > maxFile {
		return "", fmt.Errorf("%s is larger than %d MiB", name, maxFile>>20)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), nil
}

// printJSON prints the report of one file. The API's bound on what it answers is none for a file that is judged here.
func printJSON(ctx context.Context, w io.Writer, f analyzeFlags, name string, o policy.Outcome, text string) error {
	redacted, _, err := redact.NewSession(nil, "", nil).Unbounded().Redact(ctx, "", text, o.Targets(true)[""])
	if err != nil {
		return err
	}
	r := report{name, o.Decision, o.Risk, o.Findings, o.Violations, redacted, o.Coverage}
	if r.Findings == nil {
		r.Findings = []policy.Finding{}
	}
	if r.Violations == nil {
		r.Violations = []policy.Violation{}
	}
	if f.show {
		for i := range r.Findings {
			r.Findings[i].Text = text[r.Findings[i].ByteStart:r.Findings[i].ByteEnd]
		}
	}
	return json.NewEncoder(w).Encode(r)
}

func print(w io.Writer, f analyzeFlags, name string, r policy.Outcome, text string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, risk %.0f (%s), %d findings\n", name, r.Decision, r.Risk.Score, r.Risk.Level, len(r.Findings))
	for _, l := range mark(text, r.Findings, f.show) {
		fmt.Fprintf(&b, "\n%6d | %s\n       | %s\n", l.number, l.text, l.marks)
		for _, found := range l.findings {
			fmt.Fprintf(&b, "       |   %-28s %.2f  %-6s  %s\n", found.Type, found.Score, found.Action, found.Detector)
		}
	}
	if len(r.Violations) > 0 {
		b.WriteString("\nviolations\n")
	}
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "  %-12s %-8s %-6s  %s\n%s  %s\n", v.RuleID, v.Severity, v.Action, v.RuleName, strings.Repeat(" ", 30), v.Remediation)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// marked is a line that findings begin in, with a line of carets under them.
type marked struct {
	number      int
	text, marks string
	findings    []policy.Finding
}

// mark cuts the text into the lines that findings begin in. Values are shown as [TYPE] unless show is set.
func mark(text string, findings []policy.Finding, show bool) []marked {
	var out []marked
	start, number := 0, 1
	var open policy.Finding // the one that reaches farthest of the lines before
	for start <= len(text) && len(findings) > 0 {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		n := 0
		for n < len(findings) && findings[n].ByteStart <= end {
			n++
		}
		if n > 0 {
			out = append(out, markLine(text, start, end, number, open, findings[:n], show))
		}
		for _, f := range findings[:n] {
			if f.ByteEnd > open.ByteEnd {
				open = f
			}
		}
		findings = findings[n:]
		start, number = end+1, number+1
	}
	return out
}

// markLine marks the findings that begin in the line, and the end of the open one that began before it.
func markLine(text string, start, end, number int, open policy.Finding, findings []policy.Finding, show bool) marked {
	m := marked{number: number, findings: findings}
	var line, marks strings.Builder
	pad := func(s string, with string) {
		line.WriteString(s)
		marks.WriteString(strings.Repeat(with, utf8.RuneCountInString(s)))
	}
	at := start
	// hide replaces the text up to a finding's end; what of it is hidden already has no second name.
	hide := func(f policy.Finding, name string) {
		to := min(f.ByteEnd, end)
		if to <= at {
			return
		}
		if show {
			name = plain(text[at:to])
		}
		pad(name, "^")
		at = to
	}
	hide(open, "…["+open.Type+"]")
	for _, f := range findings {
		if f.ByteStart < at {
			hide(f, "…["+f.Type+"]")
			continue
		}
		pad(plain(text[at:f.ByteStart]), " ")
		at = f.ByteStart
		hide(f, "["+f.Type+"]")
	}
	if at < end {
		pad(plain(text[at:end]), " ")
	}
	m.text, m.marks = line.String(), strings.TrimRight(marks.String(), " ")
	return m
}

// plain replaces control characters, so that a text cannot steer the terminal, and tabs by one space.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}
