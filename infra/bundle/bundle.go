package bundle

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Zip is one context's code.
type Zip struct {
	Context string
	// Path is where it lies, Hash the hex SHA-256 of its content.
	Path, Hash string
	Bytes      int64
}

// Options say what is built and where it is kept.
type Options struct {
	// Root is the module's folder; Dir keeps what was built, so that a second time is quick.
	Root, Dir string
	// Architecture is Lambda's name: arm64 or x86_64.
	Architecture string
	// Variables are added to the environment of the go command.
	Variables []string
}

// Tags are the build tags of every bootstrap.
const Tags = "lambda.norpc"

// legal are the files from the module's folder that go with every bootstrap.
var legal = []string{"LICENSE", "NOTICE", "THIRD_PARTY_LICENSES"}

// bootstrap is the program's name in the zip, as Lambda wants it.
const bootstrap = "bootstrap"

// builders bounds the builds at once; the go command parallelizes each by itself.
const builders = 2

// Build builds and zips the contexts, in their order.
func Build(ctx context.Context, o Options, contexts []string) ([]Zip, error) {
	out := make([]Zip, len(contexts))
	failed := make([]error, len(contexts))
	slots := make(chan struct{}, builders)
	var all sync.WaitGroup
	for i, name := range contexts {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i], failed[i] = o.build(ctx, name)
		})
	}
	all.Wait()
	return out, errors.Join(failed...)
}

func (o Options) build(ctx context.Context, name string) (Zip, error) {
	dir := filepath.Join(o.Dir, o.Architecture, name)
	if err := o.compile(ctx, name, filepath.Join(dir, bootstrap)); err != nil {
		return Zip{}, err
	}
	files, err := o.files(dir)
	if err != nil {
		return Zip{}, fmt.Errorf("read what goes into the zip of %s: %w", name, err)
	}
	z := Zip{Context: name, Path: filepath.Join(dir, fingerprint(files)+".zip")}
	packed, err := os.ReadFile(z.Path)
	if err != nil {
		if packed, err = pack(files); err != nil {
			return Zip{}, fmt.Errorf("zip the bootstrap of %s: %w", name, err)
		}
		if err := replace(dir, z.Path, packed); err != nil {
			return Zip{}, fmt.Errorf("write the zip of %s: %w", name, err)
		}
	}
	z.Hash, z.Bytes = digest(packed), int64(len(packed))
	return z, nil
}

// file is one file of a zip.
type file struct {
	name    string
	mode    os.FileMode
	content []byte
}

// files reads what goes into a zip: the program, and the licenses that it comes under.
func (o Options) files(dir string) ([]file, error) {
	content, err := os.ReadFile(filepath.Join(dir, bootstrap))
	if err != nil {
		return nil, err
	}
	out := []file{{bootstrap, 0o755, content}}
	for _, name := range legal {
		content, err := os.ReadFile(filepath.Join(o.Root, name))
		if err != nil {
			return nil, err
		}
		out = append(out, file{name, 0o644, content})
	}
	return out, nil
}

// fingerprint is a digest of files.
func fingerprint(files []file) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s %o %d\n", f.name, f.mode, len(f.content))
		h.Write(f.content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// goarch is the go command's name for an architecture of Lambda.
func goarch(lambda string) string {
	if lambda == "x86_64" {
		return "amd64"
	}
	return lambda
}

// Environment is what the go command must know of an architecture of Lambda.
func Environment(architecture string) []string {
	return []string{"GOOS=linux", "GOARCH=" + goarch(architecture), "CGO_ENABLED=0", "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0"}
}

// compile links the bootstrap; the go command leaves an up-to-date file as it is.
func (o Options) compile(ctx context.Context, name, bin string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags="+Tags, "-ldflags=-s -w", "-o", bin, "./functions/"+name+"/bootstrap")
	cmd.Dir = o.Root
	cmd.Env = slices.Concat(os.Environ(), Environment(o.Architecture), o.Variables)
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build functions/%s/bootstrap: %w\n%s", name, err, printed.String())
	}
	return nil
}

// zipTime is when every file in every zip was last changed: zip's own beginning of time.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// pack makes a zip of files.
func pack(files []file) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestCompression) })
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: zipTime}
		h.SetMode(f.mode)
		to, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := to.Write(f.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// replace writes a zip and removes those of older builds beside it.
func replace(dir, path string, content []byte) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil {
		return err
	}
	for _, o := range old {
		if err := os.Remove(o); err != nil {
			return err
		}
	}
	return os.WriteFile(path, content, 0o600)
}
