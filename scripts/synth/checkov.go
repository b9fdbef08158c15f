package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"guardrails/scripts/internal/python"
)

// production is the environment that checkov looks at.
const production = "prod"

// checkovWithin bounds one run.
const checkovWithin = 5 * time.Minute

//go:embed checkov.json
var excepted []byte

// exception lets a check fail for some resources, for a reason.
type exception struct {
	Check string `json:"check"`
	// Resources are patterns of "type.logical id"; each must match a resource that fails.
	Resources []string `json:"resources"`
	Reason    string   `json:"reason"`
}

// checkovReport is what checkov prints as JSON.
type checkovReport struct {
	Results struct {
		Passed []checkovResult `json:"passed_checks"`
		Failed []checkovResult `json:"failed_checks"`
		Errors []string        `json:"parsing_errors"`
	} `json:"results"`
	Summary struct {
		Resources int `json:"resource_count"`
	} `json:"summary"`
}

type checkovResult struct {
	Check    string `json:"check_id"`
	Name     string `json:"check_name"`
	Resource string `json:"resource"`
	File     string `json:"file_path"`
}

// checkov holds the templates in dir to checkov's rules for CloudFormation, but for what checkov.json excepts.
func checkov(ctx context.Context, w io.Writer, root, dir string) error {
	var list []exception
	if err := json.Unmarshal(excepted, &list); err != nil {
		return fmt.Errorf("read checkov.json: %w", err)
	}
	bin, err := python.Venv{Root: root, Name: "checkov", Requirements: "scripts/synth/checkov/requirements.txt", About: "checkov, about 290 MB,"}.Install(ctx, w)
	if err != nil {
		return err
	}
	begin := time.Now()
	report, err := runCheckov(ctx, filepath.Join(bin, "checkov"), dir)
	if err != nil {
		return fmt.Errorf("checkov: %w", err)
	}
	fmt.Fprintf(w, "checkov: %d resources in %.1f s\n", report.Summary.Resources, time.Since(begin).Seconds())
	faults := report.judge(w, list)
	if len(faults) > 0 {
		return errors.New("checkov:\n  " + strings.Join(faults, "\n  "))
	}
	return nil
}

// runCheckov runs it with a home of its own and no way to the network: it would ask its maker for more rules.
func runCheckov(ctx context.Context, bin, dir string) (report checkovReport, err error) {
	home, err := os.MkdirTemp("", "checkov-*")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	ctx, cancel := context.WithTimeout(ctx, checkovWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "--directory", dir, "--framework", "cloudformation", "--output", "json", "--compact", "--skip-download", "--skip-results-upload", "--soft-fail")
	const nowhere = "http://127.0.0.1:9"
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LOG_LEVEL=ERROR", "PYTHONDONTWRITEBYTECODE=1", "BC_SKIP_MAPPING=TRUE",
		"HTTP_PROXY=" + nowhere, "HTTPS_PROXY=" + nowhere, "ALL_PROXY=" + nowhere, "NO_PROXY=",
	}
	var out, faults bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &faults
	if err := cmd.Run(); err != nil {
		return report, fmt.Errorf("%w\n%s", err, faults.Bytes())
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		return report, fmt.Errorf("read its report: %w", err)
	}
	return report, nil
}

// judge prints what was found as a table and returns what is wrong: checks that fail without an exception, and
// exceptions that nothing needs.
func (r checkovReport) judge(w io.Writer, list []exception) []string {
	var faults []string
	for _, e := range r.Results.Errors {
		faults = append(faults, "it cannot read "+e)
	}
	if len(r.Results.Passed) == 0 {
		faults = append(faults, "it looked at nothing")
	}
	count, needed := make([]int, len(list)), map[string]bool{}
	for _, f := range r.Results.Failed {
		i, pattern := exceptionFor(list, f)
		if i < 0 {
			faults = append(faults, fmt.Sprintf("%s: %s: %s (%s)", path.Base(f.File), f.Resource, f.Name, f.Check))
			continue
		}
		count[i]++
		needed[f.Check+" "+pattern] = true
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "passed\t%d\n", len(r.Results.Passed))
	fmt.Fprintf(t, "failed\t%d\n", len(faults))
	for i, e := range list {
		fmt.Fprintf(t, "excepted\t%d\t%s\t%s\n", count[i], e.Check, e.Reason)
		for _, p := range e.Resources {
			if !needed[e.Check+" "+p] {
				faults = append(faults, fmt.Sprintf("the exception from %s for %s is not needed", e.Check, p))
			}
		}
	}
	if err := t.Flush(); err != nil {
		faults = append(faults, err.Error())
	}
	return faults
}

// exceptionFor finds the exception, with a reason, that a failed check falls under, and its pattern.
func exceptionFor(list []exception, f checkovResult) (int, string) {
	for i, e := range list {
		if e.Check != f.Check || e.Reason == "" {
			continue
		}
		at := slices.IndexFunc(e.Resources, func(p string) bool { ok, err := path.Match(p, f.Resource); return ok && err == nil })
		if at >= 0 {
			return i, e.Resources[at]
		}
	}
	return -1, ""
}
