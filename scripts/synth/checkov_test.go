package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	failed := func(check, resource string) checkovResult {
		return checkovResult{Check: check, Name: "Ensure", Resource: resource, File: "/prod.template.json"}
	}
	passed := []checkovResult{failed("C0", "T.X")}
	list := []exception{{"C1", []string{"T.Other*", "T.One"}, "reason"}, {"C2", []string{"T.*"}, ""}}
	for name, c := range map[string]struct {
		passed, failed []checkovResult
		list           []exception
		errors         []string
		want           []string
	}{
		"nothing fails":               {passed, nil, nil, nil, nil},
		"excepted":                    {passed, []checkovResult{failed("C1", "T.OtherA"), failed("C1", "T.One")}, list[:1], nil, nil},
		"not excepted":                {passed, []checkovResult{failed("C1", "T.Two")}, nil, nil, []string{"prod.template.json: T.Two: Ensure (C1)"}},
		"another check":               {passed, []checkovResult{failed("C9", "T.One")}, nil, nil, []string{"(C9)"}},
		"a pattern for nothing":       {passed, []checkovResult{failed("C1", "T.One")}, list[:1], nil, []string{"from C1 for T.Other* is not needed"}},
		"no reason, no exception":     {passed, []checkovResult{failed("C2", "T.One")}, list[1:], nil, []string{"(C2)", "from C2 for T.* is not needed"}},
		"a template cannot be read":   {passed, nil, nil, []string{"a.json"}, []string{"it cannot read a.json"}},
		"a run that looks at nothing": {nil, nil, nil, nil, []string{"it looked at nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r checkovReport
			r.Results.Passed, r.Results.Failed, r.Results.Errors = c.passed, c.failed, c.errors
			got := r.judge(io.Discard, c.list)
			if len(got) != len(c.want) {
				t.Fatalf("%q, want %q", got, c.want)
			}
			for i, w := range c.want {
				if !strings.Contains(got[i], w) {
					t.Errorf("%q, want one with %q", got[i], w)
				}
			}
		})
	}
}

// TestExceptionsHaveReasons reads the project's own list.
func TestExceptionsHaveReasons(t *testing.T) {
	t.Parallel()
	var list []exception
	if err := json.Unmarshal(excepted, &list); err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Check == "" || len(e.Resources) == 0 || len(strings.Fields(e.Reason)) < 5 {
			t.Errorf("%+v", e)
		}
	}
}
