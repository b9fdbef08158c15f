package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/python"
	"guardrails/scripts/internal/tree"
)

// CloudFormation's limits, with room below them: 500 resources and 1 MB a template. Lambda takes zips of 50 MB; ours
// should stay far below, since they are loaded at each cold start. Those of the emulated environment, which are built for
// this machine's architecture, are loaded by nobody else.
const (
	maxResources = 450
	maxTemplate  = 900 << 10
	maxZip       = 10_000_000
	emulated     = "local"
)

func main() { command.Main("synth", run) }

func run(ctx context.Context, w io.Writer, args []string) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	names, err := environments(root)
	if err != nil {
		return err
	}
	if names, err = choose(w, names, args); err != nil {
		return err
	}
	bin, err := python.Venv{Root: root, Name: "synth", Requirements: "scripts/synth/requirements.txt", About: "cfn-lint, about 100 MB,"}.Install(ctx, w)
	if err != nil {
		return err
	}
	app := filepath.Join(root, "dist", "infra")
	if err := execute(ctx, w, root, nil, "go", "build", "-o", app, "./infra"); err != nil {
		return fmt.Errorf("build the CDK app: %w", err)
	}
	var failed []error
	if err := forCustomers(ctx, w, root, bin); err != nil {
		failed = append(failed, err)
	}
	looks := &looks{w: w, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	for _, name := range names {
		if err := check(ctx, looks, root, app, bin, name); err != nil {
			failed = append(failed, fmt.Errorf("environment %s: %w", name, err))
		}
	}
	return errors.Join(append(failed, looks.wait()...)...)
}

// looks are programs that look at what was written while more is being written: each has one core's work.
type looks struct {
	slots chan struct{}
	all   sync.WaitGroup

	mu     sync.Mutex
	w      io.Writer
	failed []error
}

// Write lets several write to what run writes to.
func (l *looks) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// start has look run beside others. What it writes is shown when it ends.
func (l *looks) start(name string, look func(w io.Writer) error) {
	l.all.Go(func() {
		l.slots <- struct{}{}
		defer func() { <-l.slots }()
		var out bytes.Buffer
		err := look(&out)
		_, shown := l.Write(out.Bytes())
		l.mu.Lock()
		defer l.mu.Unlock()
		if err = errors.Join(err, shown); err != nil {
			l.failed = append(l.failed, fmt.Errorf("environment %s: %w", name, err))
		}
	})
}

// wait returns what was found once all have ended.
func (l *looks) wait() []error {
	l.all.Wait()
	return l.failed
}

// choose returns the environment that the arguments name, or all.
func choose(w io.Writer, names, args []string) ([]string, error) {
	known := strings.Join(names, ", ")
	flags := flag.NewFlagSet("synth", flag.ContinueOnError)
	env := flags.String("env", "", "one environment ("+known+"); empty means all")
	if err := command.Parse(w, flags, "writes the deployment of every environment and checks it", args); err != nil {
		return nil, err
	}
	if *env == "" {
		return names, nil
	}
	if !slices.Contains(names, *env) {
		return nil, fmt.Errorf("there is no environment %q; cdk.json has %s", *env, known)
	}
	return []string{*env}, nil
}

// environments lists what cdk.json has settings for.
func environments(root string) ([]string, error) {
	raw, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		return nil, err
	}
	var file struct {
		Context struct {
			Environments map[string]json.RawMessage `json:"environments"`
		} `json:"context"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("read cdk.json: %w", err)
	}
	return slices.Sorted(maps.Keys(file.Context.Environments)), nil
}

// lintTogether is how many templates one run of cfn-lint reads: it takes seconds for each, and less than one to start.
const lintTogether = 4

// check writes one environment twice and has it looked at.
func check(ctx context.Context, w *looks, root, app, bin, name string) error {
	first, second := filepath.Join(root, "cdk.out", name), filepath.Join(root, "cdk.out", "."+name+"-again")
	begin := time.Now()
	for _, out := range []string{first, second} {
		if err := write(ctx, w, root, app, name, out); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "%s: written twice in %.1f s\n", name, time.Since(begin).Seconds())
	if err := same(first, second); err != nil {
		return err
	}
	if err := os.RemoveAll(second); err != nil {
		return err
	}
	if err := sizes(w, first, name); err != nil {
		return err
	}
	templates, err := filepath.Glob(filepath.Join(first, "*"+templateSuffix))
	if err != nil {
		return err
	}
	for part := range slices.Chunk(templates, lintTogether) {
		w.start(name, func(w io.Writer) error {
			// W2001: the parameter BootstrapVersion is read by the CDK CLI alone.
			if err := cfnLint(ctx, w, root, bin, part, "--ignore-checks", "W2001"); err != nil {
				return err
			}
			fmt.Fprintf(w, "%s: cfn-lint finds nothing in %d of %d templates\n", name, len(part), len(templates))
			return nil
		})
	}
	if name == production {
		w.start(name, func(w io.Writer) error { return checkov(ctx, w, root, first) })
	}
	return nil
}

// forCustomers checks the templates that customers deploy in accounts of their own.
func forCustomers(ctx context.Context, w io.Writer, root, bin string) error {
	templates, err := filepath.Glob(filepath.Join(root, "deploy", "aws", "*.yaml"))
	if err != nil {
		return err
	}
	if len(templates) == 0 {
		return errors.New("deploy/aws has no template")
	}
	if err := cfnLint(ctx, w, root, bin, templates); err != nil {
		return err
	}
	fmt.Fprintf(w, "deploy/aws: cfn-lint finds nothing in %d templates\n", len(templates))
	return nil
}

func cfnLint(ctx context.Context, w io.Writer, root, bin string, templates []string, args ...string) error {
	args = append(append(args, "--"), templates...)
	if err := execute(ctx, w, root, nil, filepath.Join(bin, "cfn-lint"), args...); err != nil {
		return fmt.Errorf("cfn-lint: %w", err)
	}
	return nil
}

// write runs the app as the CDK CLI does.
func write(ctx context.Context, w io.Writer, root, app, name, out string) error {
	raw, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		return err
	}
	var file struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return fmt.Errorf("read cdk.json: %w", err)
	}
	file.Context["env"] = name
	settings, err := json.Marshal(file.Context)
	if err != nil {
		return err
	}
	return execute(ctx, w, root, []string{"CDK_CONTEXT_JSON=" + string(settings), "CDK_OUTDIR=" + out}, app)
}

// same compares two assemblies byte for byte.
func same(a, b string) error {
	list, err := os.ReadDir(a)
	if err != nil {
		return err
	}
	other, err := os.ReadDir(b)
	if err != nil {
		return err
	}
	if len(list) != len(other) {
		return fmt.Errorf("the second time wrote %d files, the first %d", len(other), len(list))
	}
	for _, f := range list {
		x, err := os.ReadFile(filepath.Join(a, f.Name()))
		if err != nil {
			return err
		}
		y, err := os.ReadFile(filepath.Join(b, f.Name()))
		if err != nil {
			return err
		}
		if !bytes.Equal(x, y) {
			return fmt.Errorf("%s differs between two runs", f.Name())
		}
	}
	return nil
}

// sizes prints the size of each stack, and of the bootstrap and the zip of each context, and fails where one nears a limit.
func sizes(w io.Writer, dir, env string) error {
	list, err := filepath.Glob(filepath.Join(dir, "*"+templateSuffix))
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "resources\tKB\tbinary MB\tzip MB\tof\t")
	var failed []error
	for _, path := range list {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(path), templateSuffix)
		n, err := resources(path)
		if err != nil {
			return err
		}
		c, err := codeOf(dir, name)
		if err != nil {
			return fmt.Errorf("read the code of stack %s: %w", name, err)
		}
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t\n", n, info.Size()>>10, mega(c.binary), mega(c.zip), name)
		if n > maxResources || info.Size() > maxTemplate {
			failed = append(failed, fmt.Errorf("stack %s has %d resources in %d bytes", name, n, info.Size()))
		}
		if env != emulated && c.zip > maxZip {
			failed = append(failed, fmt.Errorf("the zip of stack %s has %d bytes", name, c.zip))
		}
	}
	return errors.Join(append(failed, t.Flush())...)
}

const (
	templateSuffix = ".template.json"
	zipSuffix      = ".zip"
)

// code is the size of a context's bootstrap and of the zip that it is in.
type code struct{ binary, zip int64 }

// codeOf reads the zip among a stack's assets; a stack without functions has none.
func codeOf(dir, stack string) (code, error) {
	raw, err := os.ReadFile(filepath.Join(dir, stack+".assets.json"))
	if err != nil {
		return code{}, err
	}
	var assets struct {
		Files map[string]struct {
			Source struct{ Path string }
		}
	}
	if err := json.Unmarshal(raw, &assets); err != nil {
		return code{}, err
	}
	var c code
	for _, f := range assets.Files {
		if !strings.HasSuffix(f.Source.Path, zipSuffix) {
			continue
		}
		path := filepath.Join(dir, f.Source.Path)
		info, err := os.Stat(path)
		if err != nil {
			return code{}, err
		}
		c.zip += info.Size()
		z, err := zip.OpenReader(path)
		if err != nil {
			return code{}, err
		}
		for _, entry := range z.File {
			if entry.Name == "bootstrap" {
				c.binary += int64(entry.UncompressedSize64)
			}
		}
		if err := z.Close(); err != nil {
			return code{}, err
		}
	}
	return c, nil
}

func mega(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(n)/1e6)
}

func resources(path string) (int, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var template struct{ Resources map[string]any }
	if err := json.Unmarshal(raw, &template); err != nil {
		return 0, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return len(template.Resources), nil
}

func execute(ctx context.Context, w io.Writer, dir string, variables []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = dir, w, w, append(os.Environ(), variables...)
	return cmd.Run()
}
