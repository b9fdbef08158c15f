package local_test

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"guardrails/shared/awstest"
)

// launchNode starts a node on the tests' endpoint, in an environment of its own.
func launchNode(t *testing.T, dir string, port int) *process {
	t.Helper()
	return launch(t, dir, port, nodeVariable+"="+awstest.Env(t)+" "+awstest.Endpoint(t))
}

func TestNodeFinishesWhatIsInFlight(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := launchNode(t, dir, 0)
	await(t, http.MethodGet, p.url+"/items/tick", 200) // by the schedule
	if got := call(t, http.MethodPost, p.url+"/items/one"); got != 202 {
		t.Fatalf("POST answers %d", got)
	}
	await(t, http.MethodGet, p.url+"/items/one", 200) // by queue, then stream
	p.stopInFlight(t)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 { // the lock and the places in streams: neither keys nor a MiniStack
		t.Errorf("the data folder holds %v, %v", files, err)
	}
}

func TestWhatStopsANodeIsOneSentence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	running := launchNode(t, dir, 0)
	_, port, _ := strings.Cut(strings.TrimPrefix(running.url, "http://"), ":")
	busy, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		dir  string
		port int
		want string
	}{
		"busy address":   {t.TempDir(), busy, "127.0.0.1:" + port + " is in use: stop what listens there or set GUARDRAILS_LISTEN to another address\n"},
		"second on data": {dir, 0, "another run (process " + strconv.Itoa(running.cmd.Process.Pid) + ") uses the data folder " + dir + ": stop it or set GUARDRAILS_DATA\n"},
	} {
		failed := launchNode(t, c.dir, c.port)
		if code := failed.stop(t, syscall.SIGTERM); code != 1 || failed.stderr.String() != c.want {
			t.Errorf("%s: exit code %d, stderr %q, want %q", name, code, failed.stderr, c.want)
		}
	}
}
