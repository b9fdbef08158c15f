package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"guardrails/infra/local"
)

// root is the project, seen from here.
const root = "../.."

func read(t *testing.T, elem ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(append([]string{root}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestParseReadsWhatItKnows(t *testing.T) {
	t.Parallel()
	stages, err := parse("# comment\nFROM golang:1 AS build\nRUN a \\\n # in between\n  && b\n\nFROM scratch AS server\nCOPY --from=build --chown=1:2 /a /b /\nHEALTHCHECK --interval=1s \\\n  CMD [\"/x\", \"-y\"]\n")
	if err != nil || len(stages) != 2 || stages[1].base != "scratch" || find(stages, "server") != &stages[1] || find(stages, "none") != nil {
		t.Fatalf("%+v, %v", stages, err)
	}
	if got := stages[0].instructions[0]; got.name != "RUN" || got.text != "a && b" {
		t.Errorf("RUN is %+v", got)
	}
	if got := stages[1].instructions[0]; got.flags["from"] != "build" || got.flags["chown"] != "1:2" || got.text != "/a /b /" {
		t.Errorf("COPY is %+v", got)
	}
	if got := stages[1].instructions[1]; got.flags["interval"] != "1s" || got.text != `CMD ["/x", "-y"]` {
		t.Errorf("HEALTHCHECK is %+v", got)
	}
	for name, text := range map[string]string{
		"a stage without a name": "FROM scratch\n", "no stage": "RUN a\n", "another instruction": "FROM scratch AS x\nADD a b\n",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for _, text := range []string{"/x -y", "[]", `{"a": 1}`} {
		if got, err := words(text); err == nil {
			t.Errorf("%s is taken for %q", text, got)
		}
	}
}

// TestBuildContext holds .dockerignore to what may leave the machine.
func TestBuildContext(t *testing.T) {
	t.Parallel()
	ignored, err := readIgnore(read(t, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"go.mod": true, "LICENSE": true, "functions/catalog.go": true, "shared/policy/frameworks/hipaa.json": true,
		"infra/local/server/main.go": true, "scripts/guardrails/main.go": true, "scripts/ministack/serve.py": true,
		".git/config": false, ".local/credentials.json": false, ".venv/bin/python": false, "dist/guardrails": false, ".env": false,
		"README.md": false, "deploy/Dockerfile": false, "scripts/lint/main.go": false, "node_modules/a/b.js": false,
		"functions/jobs/jobs_test.go": false, "events/testdata/a.json": true, "shared/detect/testdata/x/y.txt": false, "scripts/ministack/__pycache__/a.pyc": false,
	} {
		if got := !ignored.excludes(name); got != want {
			t.Errorf("%s in the build context: %v, want %v", name, got, want)
		}
	}
	files, err := ignored.context(root)
	if err != nil || !slices.Contains(files, "infra/local/server/main.go") || slices.ContainsFunc(files, func(s string) bool { return strings.HasPrefix(s, ".") }) {
		t.Errorf("the build context has %d files, %v", len(files), err)
	}
}

// TestBuildContextHasWhatIsCompiled lists the files that the image's programs are made of and those that they embed: what
// .dockerignore leaves out cannot be compiled in.
func TestBuildContextHasWhatIsCompiled(t *testing.T) {
	t.Parallel()
	ignored, err := readIgnore(read(t, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{if .Module}}{{if .Module.Main}}{{$d := .ImportPath}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`,
		"./infra/local/server", "./scripts/guardrails")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := strings.Fields(string(out))
	for _, f := range files {
		if f = strings.TrimPrefix(f, "guardrails/"); ignored.excludes(f) {
			t.Errorf("%s is compiled in, and not in the build context", f)
		}
	}
	if len(files) < 500 {
		t.Errorf("only %d files are compiled in", len(files))
	}
}

func TestIgnorePatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		patterns, name string
		want           bool
	}{
		{"a", "a/b/c", true},
		{"a", "ab", false},
		{"*.go", "x.go", true},
		{"*.go", "a/x.go", false},
		{"**/*.go", "x.go", true},
		{"**/*.go", "a/b/x.go", true},
		{"a/**", "a/b/c", true},
		{"*\n!a", "a/b", false},
		{"*\n!a/b", "a/b/c", false},
		{"*\n!a/b", "a/c", true},
		{"!a\n*", "a/b", true},
		{"# a\n\n", "a", false},
		{"/a", "a", true},
	} {
		g, err := readIgnore(c.patterns)
		if err != nil || g.excludes(c.name) != c.want {
			t.Errorf("%q excludes %s: %v, want %v (%v)", c.patterns, c.name, !c.want, c.want, err)
		}
	}
}

// deployFiles are all files of deploy/, by name.
func deployFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(filepath.Join(root, "deploy"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(root, name)
			out[rel] = read(t, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestImagesAreOfOurVersions holds the Dockerfile's compiler to go.mod, and every base to a full version.
func TestImagesAreOfOurVersions(t *testing.T) {
	t.Parallel()
	stages, err := parse(read(t, "deploy/Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	language := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if base := find(stages, buildStage).base; !strings.HasPrefix(base, "golang:"+language[1]+".") {
		t.Errorf("the image is built with %s, go.mod says %s", base, language[1])
	}
	for _, s := range stages {
		if s.base != "scratch" && !regexp.MustCompile(`^[a-z]+:\d+\.\d+\.\d+-[a-z-]+$`).MatchString(s.base) {
			t.Errorf("the stage %s begins with %s, which is no full version", s.name, s.base)
		}
	}
}

// TestVariablesAreRead finds settings that nothing reads: a mistyped one would silently do nothing.
func TestVariablesAreRead(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for _, name := range []string{
		"infra/local/server/settings.go", "infra/local/server/health.go", "shared/fn/env.go", "scripts/ministack/serve.py", "scripts/guardrails/platform.go",
	} {
		code.WriteString(read(t, name))
	}
	for name, text := range deployFiles(t) {
		for _, v := range regexp.MustCompile(`GUARDRAILS_[A-Z_]+`).FindAllString(text, -1) {
			if !regexp.MustCompile(`"` + v + `"`).MatchString(code.String()) {
				t.Errorf("%s has %s, which nothing reads", name, v)
			}
		}
	}
}

// TestStopsAreLongEnough compares how long each host waits for the server's end with what that may take.
func TestStopsAreLongEnough(t *testing.T) {
	t.Parallel()
	seconds := func(file, pattern string) time.Duration {
		m := regexp.MustCompile(pattern).FindStringSubmatch(read(t, file))
		if m == nil {
			t.Fatalf("%s has no %s", file, pattern)
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(n) * time.Second
	}
	const manifests = "deploy/kubernetes/guardrails.yaml"
	for name, c := range map[string]struct{ waits, takes time.Duration }{
		"kubernetes": {seconds(manifests, `terminationGracePeriodSeconds: (\d+)`), local.NodeStop + seconds(manifests, `sleep:\s+seconds: (\d+)`)},
		"compose":    {seconds("deploy/compose.yaml", `stop_grace_period: (\d+)s`), local.NodeStop},
		"systemd":    {seconds("deploy/systemd/guardrails.service", `TimeoutStopSec=(\d+)s`), local.NodeStop},
	} {
		if c.waits <= c.takes {
			t.Errorf("%s waits %v, a stop takes %v", name, c.waits, c.takes)
		}
	}
}

// TestManifestsRunOneNode holds the manifests to what deploy/README.md calls safe without a thought.
func TestManifestsRunOneNode(t *testing.T) {
	t.Parallel()
	text := read(t, "deploy/kubernetes/guardrails.yaml")
	for _, want := range []string{"replicas: 1\n", "type: Recreate\n", "readOnlyRootFilesystem: true\n", "allowPrivilegeEscalation: false\n", "drop: [ALL]\n", "runAsNonRoot: true\n", "path: /api/v1/ready\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the manifests lack %q", want)
		}
	}
}
