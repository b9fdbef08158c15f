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
}

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
	bin := filepath.Join(dir, "bootstrap")
	if err := o.compile(ctx, name, bin); err != nil {
		return Zip{}, err
	}
	content, err := os.ReadFile(bin)
	if err != nil {
		return Zip{}, fmt.Errorf("read the bootstrap of %s: %w", name, err)
	}
	z := Zip{Context: name, Path: filepath.Join(dir, digest(content)+".zip")}
	packed, err := os.ReadFile(z.Path)
	if err != nil {
		if packed, err = pack(content); err != nil {
			return Zip{}, fmt.Errorf("zip the bootstrap of %s: %w", name, err)
		}
		if err := replace(dir, z.Path, packed); err != nil {
			return Zip{}, fmt.Errorf("write the zip of %s: %w", name, err)
		}
	}
	z.Hash, z.Bytes = digest(packed), int64(len(packed))
	return z, nil
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

// compile links the bootstrap; the go command leaves an up-to-date file as it is.
func (o Options) compile(ctx context.Context, name, bin string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags=lambda.norpc", "-ldflags=-s -w", "-o", bin, "./functions/"+name+"/bootstrap")
	cmd.Dir = o.Root
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+goarch(o.Architecture), "CGO_ENABLED=0", "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0")
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build functions/%s/bootstrap: %w\n%s", name, err, printed.String())
	}
	return nil
}

// zipTime is when every file in every zip was last changed: zip's own beginning of time.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// pack makes a zip that holds content as the executable file bootstrap.
func pack(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestCompression) })
	h := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: zipTime}
	h.SetMode(0o755)
	f, err := w.CreateHeader(h)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(content); err != nil {
		return nil, err
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
