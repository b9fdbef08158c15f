// Package tour takes the README's tour against a running API and compares what its commands print with what it shows.
package tour

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// stop is one command of the README's tour with the output that the README shows, "" if it shows none.
type stop struct{ command, output string }

// Err says that the tour printed something else than the README shows.
var Err = errors.New("the README's tour does not show what happens")

// readTour takes the tour out of the README: the shell blocks between its two marks, each with the block after it. The
// part about reactions is for an API that delivers to this machine.
func readTour(readme string, local bool) ([]stop, error) {
	tour, ok := between(readme, "tour")
	if !ok {
		return nil, errors.New("the README has no tour between <!-- tour --> and <!-- /tour -->")
	}
	if local {
		reactions, ok := between(readme, "tour of reactions")
		if !ok {
			return nil, errors.New("the README has no tour of reactions")
		}
		tour += reactions
	}
	var out []stop
	for _, m := range regexp.MustCompile("(?s)```(sh)?\n(.*?)```").FindAllStringSubmatch(tour, -1) {
		switch {
		case m[1] == "sh":
			out = append(out, stop{command: m[2]})
		case len(out) > 0:
			out[len(out)-1].output = m[2]
		}
	}
	return out, nil
}

// between is what stands between two marks of a name.
func between(readme, name string) (string, bool) {
	_, rest, begun := strings.Cut(readme, "<!-- "+name+" -->")
	part, _, ended := strings.Cut(rest, "<!-- /"+name+" -->")
	return part, begun && ended
}

// Where says what the tour is taken against.
type Where struct {
	// Root is the project's folder, URL the API's, Credentials the path of the file with the keys of two tenants, and
	// Scratch a folder for what the tour writes.
	Root, URL, Credentials, Scratch string
	// Local says that the API delivers to this machine, so that the tour of reactions can be taken too.
	Local bool
}

// Take runs the tour in one shell and returns Err if a command prints something else than the README shows, which it
// tells on w.
func Take(ctx context.Context, w io.Writer, at Where) error {
	readme, err := os.ReadFile(filepath.Join(at.Root, "README.md"))
	if err != nil {
		return err
	}
	stops, err := readTour(string(readme), at.Local)
	if err != nil {
		return err
	}
	here := strings.NewReplacer("http://127.0.0.1:8080", at.URL, ".local/credentials.json", at.Credentials, "/tmp/", at.Scratch+"/")
	const mark = "@@ next stop @@"
	var script strings.Builder
	for _, s := range stops {
		script.WriteString(here.Replace(s.command) + "\necho '" + mark + "'\n")
	}
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script.String())
	cmd.Dir, cmd.Stderr = at.Root, w
	printed, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("take the README's tour: %w", err)
	}
	wrong := false
	for i, got := range strings.Split(string(printed), mark+"\n")[:len(stops)] {
		if want := stops[i].output; steady(got) != steady(want) {
			wrong = true
			fmt.Fprintf(w, "the README shows for\n%s\n%s\nbut it prints\n%s\n", stops[i].command, want, got)
		}
	}
	if wrong {
		return Err
	}
	fmt.Fprintf(w, "the README's tour of %d stops shows what happens\n", len(stops))
	return nil
}

// steady takes out what differs from run to run, ciphertexts, and spaces that nobody sees.
func steady(s string) string {
	s = regexp.MustCompile(`gr1\.k[0-9]+\.[A-Za-z0-9_-]+`).ReplaceAllString(s, "gr1")
	return strings.TrimSpace(regexp.MustCompile(` +\n`).ReplaceAllString(s, "\n"))
}
