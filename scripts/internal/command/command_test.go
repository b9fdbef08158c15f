package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
)

func step(name string, err error) Step {
	return Step{name, "what " + name + " is about", func(context.Context) (string, error) { return "", err }}
}

func TestRunGoesOn(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	err := Run(t.Context(), &out, []Step{step("found", errors.New("a.go:1: wrong\nb.go:2: too")), step("no-network", fmt.Errorf("%w: no network", ErrSkipped)), step("clean", nil)})
	if err == nil || err.Error() != "1 of 3 steps failed" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"FAIL", "  a.go:1: wrong\n  b.go:2: too\n", "SKIP", "skipped: no network", "what clean is about", "1 ok, 1 failed, 1 skipped"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed %q, want %q in it", out.String(), want)
		}
	}
	if err := Run(t.Context(), &out, []Step{step("no-network", ErrSkipped)}); err != nil {
		t.Errorf("a step that is skipped fails the run: %v", err)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	s := Steps{Tool: "tool", All: []Step{step("a", nil), step("b", nil)}, Apart: []Step{step("c", nil)}}
	for name, c := range map[string]struct {
		args []string
		want string
		err  string
	}{
		"no names":       {nil, "a b", ""},
		"one name":       {[]string{"b"}, "b", ""},
		"in their order": {[]string{"c", "a", "a"}, "a c", ""},
		"none of them":   {[]string{"a", "d"}, "", `no step "d"; there are a, b, c`},
		"a flag":         {[]string{"-x"}, "", `no step "-x"`},
	} {
		got, err := s.Choose(&strings.Builder{}, c.args)
		var names []string
		for _, g := range got {
			names = append(names, g.Name)
		}
		if strings.Join(names, " ") != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", name, names, err)
		}
	}
	for _, arg := range []string{"-h", "--help"} {
		var out strings.Builder
		_, err := s.Choose(&out, []string{arg})
		if !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "./scripts/tool") || !strings.Contains(out.String(), "what b is about") || !strings.Contains(out.String(), "only when named") {
			t.Errorf("%s: %v\n%s", arg, err, out.String())
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args      []string
		err, help string
	}{
		"a flag":          {[]string{"-n", "3"}, "", ""},
		"help":            {[]string{"-h"}, flag.ErrHelp.Error(), "how many"},
		"an unknown flag": {[]string{"-x"}, "-h tells the flags", ""},
		"an argument":     {[]string{"stray"}, `no argument "stray"`, ""},
	} {
		var out strings.Builder
		flags := flag.NewFlagSet("tool", flag.ContinueOnError)
		n := flags.Int("n", 1, "how many")
		err := Parse(&out, flags, "counts things", c.args)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || !strings.Contains(out.String(), c.help) || (c.help == "") != (out.Len() == 0) {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
		if err == nil && *n != 3 {
			t.Errorf("%s: %d", name, *n)
		}
	}
}
