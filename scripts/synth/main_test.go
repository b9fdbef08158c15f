package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args, want []string
		err        string
	}{
		"all":                {nil, []string{"dev", "prod"}, ""},
		"one":                {[]string{"-env", "prod"}, []string{"prod"}, ""},
		"one there is not":   {[]string{"-env", "qa"}, nil, `no environment "qa"; cdk.json has dev, prod`},
		"one as an argument": {[]string{"prod"}, nil, `no argument "prod"`},
		"help":               {[]string{"-h"}, nil, flag.ErrHelp.Error()},
	} {
		var out strings.Builder
		got, err := choose(&out, []string{"dev", "prod"}, c.args)
		if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if errors.Is(err, flag.ErrHelp) && !strings.Contains(out.String(), "dev, prod") {
			t.Errorf("help does not name the environments: %s", out.String())
		}
	}
}

// TestSizes makes an assembly of a stack with a bootstrap and of one without.
func TestSizes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	packed := func(content []byte) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, c := range map[string][]byte{"bootstrap": content, "LICENSE": make([]byte, 1_000_000)} {
			f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write(c); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	write("jobs.template.json", []byte(`{"Resources": {"A": {}, "B": {}}}`))
	write("jobs.assets.json", []byte(`{"files": {"x": {"source": {"path": "x.zip"}}, "y": {"source": {"path": "jobs.template.json"}}}}`))
	write("x.zip", packed(make([]byte, 2_500_000)))
	write("data.template.json", []byte(`{"Resources": {"A": {}}}`))
	write("data.assets.json", []byte(`{"files": {"y": {"source": {"path": "data.template.json"}}}}`))
	var out strings.Builder
	if err := sizes(&out, dir, production); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(out.String()) {
		rows = append(rows, strings.Join(strings.Fields(line), " "))
	}
	if want := []string{"resources KB binary MB zip MB of", "1 0 - - data", "2 0 2.5 3.5 jobs"}; !slices.Equal(rows, want) {
		t.Errorf("%q, want %q", rows, want)
	}
	write("x.zip", packed(make([]byte, maxZip)))
	if err := sizes(&out, dir, production); err == nil || !strings.Contains(err.Error(), "the zip of stack jobs has") {
		t.Errorf("a zip that is too large gives %v", err)
	}
	if err := sizes(&out, dir, emulated); err != nil {
		t.Errorf("the emulator's zips are held to it: %v", err)
	}
}

// TestLooks has programs look at two environments: what each writes stays together, and who found what is told.
func TestLooks(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	l := &looks{w: &out, slots: make(chan struct{}, 2)}
	for i := range 20 {
		l.start("env"+strconv.Itoa(i%2), func(w io.Writer) error {
			fmt.Fprint(w, "begin ")
			fmt.Fprint(w, "end;")
			if i < 3 {
				return errors.New("found " + strconv.Itoa(i))
			}
			return nil
		})
	}
	found := l.wait()
	var got []string
	for _, err := range found {
		got = append(got, err.Error())
	}
	slices.Sort(got)
	if want := []string{"environment env0: found 0", "environment env0: found 2", "environment env1: found 1"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if out.String() != strings.Repeat("begin end;", 20) {
		t.Errorf("written %q", out.String())
	}
}
