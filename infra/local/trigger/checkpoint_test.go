package trigger

import (
	"path/filepath"
	"testing"
)

func TestCheckpointsOfEndedShardsAreForgotten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "streams.json")
	c, err := OpenCheckpoints(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"relay s old", "relay s new", "relays s old"} {
		if err := c.set(key, "7"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.keep("relay ", map[string]bool{"relay s new": true}); err != nil {
		t.Fatal(err)
	}
	again, err := OpenCheckpoints(path)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"relay s old": "", "relay s new": "7", "relays s old": "7"} {
		if got := again.get(key); got != want {
			t.Errorf("%s is at %q, want %q", key, got, want)
		}
	}
}

func TestCheckpointsWithoutAFileLastAsLongAsTheProcess(t *testing.T) {
	t.Parallel()
	c, err := OpenCheckpoints("")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.set("relay s new", "7"); err != nil {
		t.Fatal(err)
	}
	if got := c.get("relay s new"); got != "7" {
		t.Errorf("the place is %q", got)
	}
}
