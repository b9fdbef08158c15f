package main

import (
	"context"
	"crypto/sha256"
	_ "embed" // the checksums
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"guardrails/scripts/internal/command"
)

const (
	version = "1.7.1"
	// plugin is the one that copies the jars of a project's dependencies.
	plugin = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"
	// fetchWithin bounds the download.
	fetchWithin = 5 * time.Minute
	askWithin   = 2 * time.Second
)

//go:embed elasticmq.sha256
var sums string

// pinned are the checksums of all files, by name.
func pinned() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(sums) {
		if f := strings.Fields(line); len(f) == 2 {
			out[f[1]] = f[0]
		}
	}
	return out
}

// install finds Java and the jars of ElasticMQ, which it fetches once. What this machine cannot have is a reason to skip;
// a file that is not the pinned one is not.
func install(ctx context.Context, w io.Writer, root string) (java, jars string, err error) {
	if java, err = exec.LookPath("java"); err != nil {
		return "", "", fmt.Errorf("%w: ElasticMQ needs Java, which is not installed", command.ErrSkipped)
	}
	jars = filepath.Join(root, ".tools", "elasticmq@"+version)
	if _, err := os.Stat(jars); err == nil {
		return java, jars, verify(jars)
	}
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return "", "", fmt.Errorf("%w: ElasticMQ is fetched with Maven, which is not installed", command.ErrSkipped)
	}
	fmt.Fprintf(w, "fetching ElasticMQ %s into .tools (once)\n", version)
	if err := os.MkdirAll(filepath.Dir(jars), 0o755); err != nil {
		return "", "", err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(jars), "elasticmq-*")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(fresh) //nolint:errcheck // it is gone when all went well
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, maven, "--quiet", "--batch-mode", "--file", filepath.Join(root, "scripts", "conformance", "pom.xml"), plugin, "-DincludeScope=runtime", "-DoutputDirectory="+fresh)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("%w: ElasticMQ cannot be had from Maven Central: %w: %s", command.ErrSkipped, err, out)
	}
	if err := verify(fresh); err != nil {
		return "", "", err
	}
	return java, jars, os.Rename(fresh, jars)
}

// verify compares a folder with the pinned checksums: these files, and no others.
func verify(dir string) error {
	want := pinned()
	var faults []error
	found, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range found {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		if got := hex.EncodeToString(sum[:]); want[f.Name()] != got {
			faults = append(faults, fmt.Errorf("%s has the checksum %s, which is not the pinned one", f.Name(), got))
		}
		delete(want, f.Name())
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		faults = append(faults, fmt.Errorf("%s is missing", name))
	}
	return errors.Join(faults...)
}

// answers reports whether anybody speaks HTTP there.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return true
}
