// Command bench measures the engine beside gitleaks, in one process: make bench. It is a module of its own, so that nothing of
// gitleaks is ever linked into the product.
//
//	go -C scripts/bench run .                     # both tables
//	go -C scripts/bench run . -worst=false        # only the one on ordinary texts
//	go -C scripts/bench run . -only 'hex|base64'  # only these worst texts
//	go -C scripts/bench run . -find <texts.jsonl  # what gitleaks finds in {"text"} lines, for scripts/evaluate
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zricethezav/gitleaks/v8/detect"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/gauge"
)

func main() { command.Main("bench", run) }

// options are what the flags say.
type options struct {
	runs        int
	plain, hard bool
	only        string
	profile     string
	find        bool
	start       string
}

func run(ctx context.Context, w io.Writer, args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.runs, "runs", 9, "runs over the corpus, of which the medians count")
	flags.BoolVar(&o.plain, "plain", true, "measure on ordinary texts")
	flags.BoolVar(&o.hard, "worst", true, "measure on the worst texts")
	flags.StringVar(&o.only, "only", "", "expression that the names of worst texts must match; leaves out the ordinary ones")
	flags.StringVar(&o.profile, "profile", "", "file to write a CPU profile to")
	flags.BoolVar(&o.find, "find", false, "print what gitleaks finds in the texts of standard input, a line for each")
	flags.StringVar(&o.start, "start", "", "build one scanner, print the time and end; for the tool itself")
	if err := command.Parse(w, flags, "It measures this engine and gitleaks in CPU time of one core.", args); err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	switch {
	case o.find:
		return find(os.Stdin, w)
	case o.start != "":
		return printStart(ctx, w, o.start)
	}
	if o.profile != "" {
		file, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if o.plain && o.only == "" {
		if err := measure(ctx, w, o.runs); err != nil {
			return err
		}
	}
	if o.hard {
		return o.worst(ctx, w)
	}
	return nil
}

// subjects are ours and, last, the peer.
func subjects(ctx context.Context) []gauge.Subject {
	return append(gauge.Ours(ctx), gauge.Subject{Name: "gitleaks " + version(), Start: func() (gauge.Scan, error) {
		d, err := detect.NewDetectorDefaultConfig()
		if err != nil {
			return nil, err
		}
		return func(text string) int { return len(d.DetectString(text)) }, nil
	}})
}

// version is gitleaks' as this program was built with.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if strings.HasPrefix(m.Path, "github.com/zricethezav/gitleaks/") {
			return m.Version
		}
	}
	return ""
}

func measure(ctx context.Context, w io.Writer, runs int) error {
	list := subjects(ctx)
	scans := make([]gauge.Scan, len(list))
	rows := make([]gauge.Row, len(list))
	for i, s := range list {
		var err error
		if scans[i], err = s.Start(); err != nil {
			return fmt.Errorf("start %s: %w", s.Name, err)
		}
		rows[i].Name = s.Name
		if rows[i].Start, rows[i].First, err = starts(ctx, i); err != nil {
			return fmt.Errorf("start %s: %w", s.Name, err)
		}
	}
	for i, f := range gauge.Measure(scans, runs) {
		rows[i].Figures = f
	}
	fmt.Fprintf(w, "%d documents of 1 KB with 0 to 6 values; CPU time of one core, medians of %d runs; ratios are to the last row\n", gauge.Documents, runs)
	return gauge.Print(w, rows)
}

// processes is how many are started to see what a start takes.
const processes = 5

// starts builds a subject in processes of their own and returns the medians.
func starts(ctx context.Context, subject int) (built, first time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	var builds, firsts []time.Duration
	for range processes {
		out, err := exec.CommandContext(ctx, self, "-start", strconv.Itoa(subject)).Output()
		if err != nil {
			return 0, 0, err
		}
		var b, f time.Duration
		if _, err := fmt.Sscan(string(out), &b, &f); err != nil {
			return 0, 0, err
		}
		builds, firsts = append(builds, b), append(firsts, f)
	}
	slices.Sort(builds)
	slices.Sort(firsts)
	return builds[processes/2], firsts[processes/2], nil
}

// printStart writes what it takes to build a subject, and to scan a document then, in nanoseconds.
func printStart(ctx context.Context, w io.Writer, subject string) error {
	list := subjects(ctx)
	i, err := strconv.Atoi(subject)
	if err != nil || i < 0 || i >= len(list) {
		return errors.New("no such scanner")
	}
	built, first, err := gauge.Started(list[i])
	fmt.Fprintln(w, int64(built), int64(first))
	return err
}

func (o options) worst(ctx context.Context, w io.Writer) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	all := gauge.Ours(ctx)
	scan, err := all[len(all)-1].Start()
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "\nthe worst texts, all detectors and models; CPU time of one core")
	return gauge.PrintWorst(w, gauge.Worst(scan, only.MatchString))
}

// secret is one finding as scripts/evaluate reads it.
type secret struct {
	Rule string `json:"type"`
}

// maxLine is the longest line that find takes, in bytes.
const maxLine = 16 << 20

// find prints who answers, and then a line of findings for each line of text.
func find(in io.Reader, w io.Writer) error {
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	out := bufio.NewWriter(w)
	encode := json.NewEncoder(out)
	if err := errors.Join(encode.Encode(map[string]string{"name": "gitleaks " + version()}), out.Flush()); err != nil {
		return err
	}
	for lines.Scan() {
		var row struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return err
		}
		found := []secret{}
		for _, f := range d.DetectString(row.Text) {
			found = append(found, secret{f.RuleID})
		}
		if err := errors.Join(encode.Encode(found), out.Flush()); err != nil {
			return err
		}
	}
	return lines.Err()
}
