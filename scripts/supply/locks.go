package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"guardrails/scripts/internal/tree"
)

// The files that say what is fetched.
const (
	npmLock      = "package-lock.json"
	dockerfile   = "deploy/Dockerfile"
	requirements = "requirements.txt"
	workflows    = ".github/workflows/"
	npmRegistry  = "registry.npmjs.org"
	// peers is the module that the engine is measured beside others in: it is no part of what is built, tested or shipped.
	peers = "scripts/bench/go.mod"
)

// locks checks that whatever is fetched to build, check or deploy is named by version and hash, so that nobody between
// its author and us can change it. The images that the Dockerfile begins with are told, not refused: everybody has a
// registry of their own to pin them by.
func (s *supply) locks(ctx context.Context) (string, error) {
	names, err := tree.Files(ctx, s.root)
	if err != nil {
		return "", err
	}
	var faults []string
	count := map[string]int{}
	for _, name := range names {
		kind, find := lockOf(name)
		if find == nil {
			continue
		}
		content, err := s.lockFile(ctx, name)
		if err != nil {
			return "", err
		}
		n, found := find(content)
		if name != "infra/awscdk/go.mod" && name != peers { // modules of their own: nothing builds the one, or ships the other
			count[kind] += n
		}
		for _, f := range found {
			faults = append(faults, name+": "+f)
		}
	}
	if _, err := s.output(ctx, nil, "go", "mod", "verify"); err != nil {
		faults = append(faults, "a module is not what go.sum says: "+err.Error())
	}
	if _, err := s.output(ctx, nil, "go", "mod", "tidy", "-diff"); err != nil {
		faults = append(faults, "go.mod and go.sum are not complete: "+err.Error())
	}
	note := fmt.Sprintf("%d Go modules, %d npm packages, %d Python packages and %d actions are held by hash", count["go"], count["npm"], count["python"], count["action"])
	file, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(dockerfile)))
	if err != nil {
		return "", err
	}
	if n := len(imagesByTag(file)); n > 0 {
		note += fmt.Sprintf("; %d base images of %s are named by tag: pin those of your registry", n, dockerfile)
	}
	return note, join(faults)
}

// lockOf returns what reads a file: it counts what the file names, and says what is not pinned.
func lockOf(name string) (kind string, find func(content []byte) (int, []string)) {
	switch base := path.Base(name); {
	case base == "go.mod":
		return "go", moduleFaults
	case base == npmLock:
		return "npm", npmFaults
	case base == requirements:
		return "python", pythonFaults
	case strings.HasPrefix(name, workflows):
		return "action", actionFaults
	}
	return "", nil
}

// lockFile reads a file; a go.mod comes as JSON.
func (s *supply) lockFile(ctx context.Context, name string) ([]byte, error) {
	if path.Base(name) == "go.mod" {
		return s.output(ctx, nil, "go", "mod", "edit", "-json", filepath.Join(s.root, name))
	}
	return os.ReadFile(filepath.Join(s.root, name))
}

// goMod is what `go mod edit -json` prints.
type goMod struct {
	Require []struct{ Path, Version string }
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

// moduleFaults finds modules that are replaced by a folder, which only one machine has. The product itself is in every
// clone.
func moduleFaults(content []byte) (int, []string) {
	var file goMod
	if err := json.Unmarshal(content, &file); err != nil {
		return 0, []string{err.Error()}
	}
	var out []string
	for _, r := range file.Replace {
		if r.New.Version == "" && r.Old.Path != tree.Module {
			out = append(out, fmt.Sprintf("%s is replaced by the folder %s", r.Old.Path, r.New.Path))
		}
	}
	return len(file.Require), out
}

// npmPackages is a package-lock.json.
type npmPackages struct {
	Packages map[string]struct {
		Version, Resolved, Integrity, License string
		Link                                  bool
	}
}

func npmFaults(content []byte) (int, []string) {
	var lock npmPackages
	if err := json.Unmarshal(content, &lock); err != nil {
		return 0, []string{err.Error()}
	}
	var out []string
	n := 0
	for _, name := range sortedKeys(lock.Packages) {
		if name == "" { // the project itself
			continue
		}
		n++
		p := lock.Packages[name]
		if !strings.HasPrefix(p.Integrity, "sha512-") || p.Link {
			out = append(out, name+" has no SHA-512")
		}
		if p.Resolved == "" {
			continue
		}
		if u, err := url.Parse(p.Resolved); err != nil || u.Scheme != "https" || u.Host != npmRegistry {
			out = append(out, fmt.Sprintf("%s comes from %s, not from %s", name, p.Resolved, npmRegistry))
		}
	}
	return n, out
}

var (
	pinned     = regexp.MustCompile(`^([A-Za-z0-9._-]+)(\[[a-z,-]+\])?==([A-Za-z0-9.!+-]+)( ?;[^\\]*)?$`)
	pythonHash = regexp.MustCompile(`^--hash=sha256:[0-9a-f]{64}$`)
)

// requirement is one line of a requirements file, with what was continued.
type requirement struct {
	name, version string
	hashes        []string
	fault         string
}

func readRequirements(content []byte) []requirement {
	var out []requirement
	text := strings.ReplaceAll(string(content), "\\\n", "\x00")
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		parts := strings.Split(line, "\x00")
		m := pinned.FindStringSubmatch(strings.TrimSpace(parts[0]))
		if m == nil {
			out = append(out, requirement{fault: fmt.Sprintf("%q is no package with a version", strings.TrimSpace(parts[0]))})
			continue
		}
		r := requirement{name: m[1], version: m[3]}
		for _, h := range parts[1:] {
			h = strings.TrimSpace(h)
			if !pythonHash.MatchString(h) {
				r.fault = fmt.Sprintf("%s: %q is no SHA-256", r.name, h)
			}
			r.hashes = append(r.hashes, strings.TrimPrefix(h, "--hash=sha256:"))
		}
		if len(r.hashes) == 0 {
			r.fault = r.name + " has no hash"
		}
		out = append(out, r)
	}
	return out
}

func pythonFaults(content []byte) (int, []string) {
	list := readRequirements(content)
	var out []string
	for _, r := range list {
		if r.fault != "" {
			out = append(out, r.fault)
		}
	}
	return len(list), out
}

var (
	uses   = regexp.MustCompile(`(?m)^\s*(?:- )?uses:\s*(\S+)(.*)$`)
	byHash = regexp.MustCompile(`^[^@]+@[0-9a-f]{40}$`)
	said   = regexp.MustCompile(`^\s+# v[0-9]+(\.[0-9]+)*\s*$`)
)

// actionFaults finds actions by a tag, which their owner can move, and those without a comment that says which version
// people think it is.
func actionFaults(content []byte) (int, []string) {
	var out []string
	list := uses.FindAllStringSubmatch(string(content), -1)
	for _, m := range list {
		if strings.HasPrefix(m[1], "./") {
			continue
		}
		if !byHash.MatchString(m[1]) || !said.MatchString(m[2]) {
			out = append(out, m[1]+" is not pinned by a commit, with its version as a comment")
		}
	}
	return len(list), out
}

var (
	from     = regexp.MustCompile(`(?mi)^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?`)
	byDigest = regexp.MustCompile(`@sha256:[0-9a-f]{64}$`)
)

// imagesByTag lists the images that a Dockerfile begins stages with and names without a digest.
func imagesByTag(content []byte) []string {
	var out []string
	stages := []string{"scratch"} // what is made here, or of nothing
	for _, m := range from.FindAllStringSubmatch(string(content), -1) {
		if !slices.Contains(stages, m[1]) && !byDigest.MatchString(m[1]) {
			out = append(out, m[1])
		}
		stages = append(stages, m[2])
	}
	return out
}
