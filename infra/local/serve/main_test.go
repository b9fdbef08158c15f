package main

import (
	"strings"
	"testing"
)

func TestPort(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		want int
		ok   bool
	}{
		"": {8080, true}, "1": {1, true}, "65535": {65535, true}, "9090": {9090, true},
		"0": {0, true}, "65536": {0, false}, "-1": {0, false}, "http": {0, false}, "80 ": {0, false},
	}
	for s, c := range cases {
		if got, err := port(s); got != c.want || (err == nil) != c.ok {
			t.Errorf("port(%q) = %d, %v", s, got, err)
		}
	}
}

func TestBadPortIsOneSentenceWithoutItsValue(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), func(name string) string {
		if name == "PORT" {
			return "canary-9173"
		}
		return t.TempDir()
	})
	if err == nil || strings.Contains(err.Error(), "canary") || err.Error() != "PORT must be a number from 0, which takes a free one, to 65535" {
		t.Errorf("error %v", err)
	}
}
