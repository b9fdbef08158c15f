package bundle

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPackIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	files := []file{{"bootstrap", 0o755, bytes.Repeat([]byte("a program "), 10_000)}, {"LICENSE", 0o644, []byte("do as you like")}}
	first, err := pack(files)
	if err != nil {
		t.Fatal(err)
	}
	second, err := pack(files)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("two zips of one program differ")
	}
	r, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range r.File {
		if f.Name != files[i].name || f.Mode().Perm() != files[i].mode {
			t.Errorf("the zip holds %s with mode %v", f.Name, f.Mode())
		}
	}
}

// TestBuildKeepsWhatIsUpToDate builds a small module's context twice, and once more after a change.
func TestBuildKeepsWhatIsUpToDate(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module small\n\ngo 1.26\n")
	write("functions/one/bootstrap/main.go", "package main\n\nfunc main() { println(\"one\") }\n")
	for _, name := range legal {
		write(name, "the text of "+name)
	}
	o := Options{Root: root, Dir: filepath.Join(root, "dist"), Architecture: "arm64"}
	build := func() Zip {
		t.Helper()
		list, err := Build(t.Context(), o, []string{"one"})
		if err != nil {
			t.Fatal(err)
		}
		return list[0]
	}
	first := build()
	if second := build(); second != first {
		t.Errorf("a second build gives %+v, the first %+v", second, first)
	}
	write("functions/one/bootstrap/main.go", "package main\n\nfunc main() { println(\"two\") }\n")
	changed := build()
	if changed.Hash == first.Hash {
		t.Error("another program has the same hash")
	}
	if _, err := os.Stat(first.Path); err == nil {
		t.Error("the zip of the older build is still there")
	}
	write("THIRD_PARTY_LICENSES", "another license")
	if build().Hash == changed.Hash {
		t.Error("the same program under another license has the same hash")
	}
	if err := os.Remove(filepath.Join(root, "THIRD_PARTY_LICENSES")); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(t.Context(), o, []string{"one"}); err == nil || !strings.Contains(err.Error(), "THIRD_PARTY_LICENSES") {
		t.Errorf("a zip without the licenses was made: %v", err)
	}
}

func TestBuildTellsWhatTheCompilerSays(t *testing.T) {
	t.Parallel()
	o := Options{Root: t.TempDir(), Dir: t.TempDir(), Architecture: "x86_64"}
	if _, err := Build(t.Context(), o, []string{"missing"}); err == nil || !strings.Contains(err.Error(), "functions/missing/bootstrap") {
		t.Errorf("error %v", err)
	}
}
