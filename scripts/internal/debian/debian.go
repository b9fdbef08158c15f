// Package debian finds programs that Debian packages and nobody else does, without installing anything on the machine.
package debian

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrNotFound says that a program is neither installed nor to be had from Debian.
var ErrNotFound = errors.New("not installed, and this system has no Debian packages")

// fetchWithin bounds the download of one package.
const fetchWithin = 5 * time.Minute

// Program is one program of a package.
type Program struct{ Package, Name string }

// Find returns the program's path: the one that is installed, or the package's own, unpacked into the project's
// .tools/debian once.
func (p Program) Find(ctx context.Context, root string, w io.Writer) (string, error) {
	if path, err := exec.LookPath(p.Name); err == nil {
		return path, nil
	}
	dir := filepath.Join(root, ".tools", "debian", p.Package)
	path := filepath.Join(dir, "usr", "bin", p.Name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "", fmt.Errorf("%s: %w", p.Name, ErrNotFound)
	}
	_, _ = fmt.Fprintf(w, "unpacking Debian's package %s into .tools/debian (once)\n", p.Package)
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	if err := p.unpack(ctx, dir); err != nil {
		return "", fmt.Errorf("get %s from Debian's package %s: %w", p.Name, p.Package, err)
	}
	return path, nil
}

func (p Program) unpack(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	if err := run(ctx, dir, "apt-get", "download", "--quiet", p.Package); err != nil {
		// A new machine has no list of packages yet.
		if err := run(ctx, dir, "apt-get", "update", "--quiet"); err != nil {
			return err
		}
		if err := run(ctx, dir, "apt-get", "download", "--quiet", p.Package); err != nil {
			return err
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, p.Package+"_*.deb"))
	if err != nil || len(files) != 1 {
		return fmt.Errorf("there are %d packages in %s, want one", len(files), dir)
	}
	return run(ctx, dir, "dpkg", "-x", files[0], dir)
}

func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, args[0], err, out)
	}
	return nil
}
