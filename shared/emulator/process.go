package emulator

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// host is the one address that MiniStack listens on.
const host = "127.0.0.1"

// exitLocked is the script's exit status when another process holds the folder.
const exitLocked = 75

// ErrLocked says that another MiniStack holds the folder.
var ErrLocked = errors.New("another MiniStack uses this folder")

// Options say how an instance runs.
type Options struct {
	Install Install
	// Port is a free port on 127.0.0.1 (see FreePort).
	Port int
	// Dir keeps the state between runs and is held by one instance at a time; empty keeps nothing.
	Dir string
	// Token is what the instance shows to prove who it is (see Identify).
	Token string
	// Snapshot is the pause between two snapshots while changes go on; one is made at once when they pause. 0 saves at
	// the end alone.
	Snapshot time.Duration
	// Idle ends the instance when nobody has called it for so long; 0 never does.
	Idle time.Duration
	// Log takes what MiniStack prints. A detached instance needs a file, which outlives this process.
	Log io.Writer
	// Variables are added to its environment, each as NAME=value.
	Variables []string
	// Detached gives the instance a session of its own: neither Ctrl-C nor the death of this process reaches it.
	// Otherwise it ends with this process, however that dies.
	Detached bool
}

// Process is an instance that this process started.
type Process struct {
	Endpoint string
	cmd      *exec.Cmd
	alive    io.Closer
	done     chan struct{}
	err      error
}

// Start starts an instance and returns at once; Ready tells when it answers.
func Start(o Options) (*Process, error) {
	cmd := exec.Command(o.Install.Python, o.Install.Script) //nolint:gosec // the project's own interpreter and script
	cmd.Env = environment(o)
	cmd.Stdout, cmd.Stderr = o.Log, o.Log
	p := &Process{Endpoint: Endpoint(o.Port), cmd: cmd, done: make(chan struct{})}
	if o.Detached {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	} else {
		pipe, err := cmd.StdinPipe()
		if err != nil {
			return nil, fmt.Errorf("start MiniStack: %w", err)
		}
		p.alive = pipe
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start MiniStack: %w", err)
	}
	go p.wait()
	return p, nil
}

func (p *Process) wait() {
	defer close(p.done)
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitLocked {
		err = ErrLocked
	}
	p.err = err
}

// Done is closed when the instance has ended; then Err says how.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the instance ended: nil for status 0, ErrLocked when the folder was taken. Call it after Done.
func (p *Process) Err() error { return p.err }

// Terminate asks the instance to save and stop; it is a no-op when the instance has ended.
func (p *Process) Terminate() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails only when there is nothing left to stop
}

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Endpoint returns the URL of an instance on port.
func Endpoint(port int) string { return "http://" + net.JoinHostPort(host, strconv.Itoa(port)) }

// environment is the whole environment of an instance: nothing of the caller's AWS or proxy settings reaches it.
func environment(o Options) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), //nolint:forbidigo // the child needs the caller's search path
		"GATEWAY_PORT=" + strconv.Itoa(o.Port),
		"BIND_HOST=" + host,
		"LOG_LEVEL=WARNING",
		"MINISTACK_WORKER_THREADS=16",
		"PYTHONUNBUFFERED=1",
		// The other listeners of MiniStack, which would bind all interfaces, and its search for Docker.
		"IOT_MTLS_ENABLED=0",
		"SFTP_ENABLED=0",
		"DOCKER_HOST=unix:///nonexistent",
		"GUARDRAILS_MINISTACK_TOKEN=" + o.Token,
		"GUARDRAILS_IDLE_SECONDS=" + decimal(o.Idle),
	}
	if !o.Detached {
		env = append(env, "GUARDRAILS_PARENT_PIPE=1")
	}
	if o.Dir == "" {
		return append(env, o.Variables...)
	}
	return append(
		append(env, o.Variables...),
		"GUARDRAILS_MINISTACK_DIR="+o.Dir,
		"GUARDRAILS_SNAPSHOT_SECONDS="+decimal(o.Snapshot),
		"TMPDIR="+o.Dir,
		"PERSIST_STATE=1",
		"STATE_DIR="+filepath.Join(o.Dir, "state"),
		"S3_PERSIST=1",
		"S3_DATA_DIR="+filepath.Join(o.Dir, "s3"),
	)
}

func decimal(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// Ports that systems give to nobody who does not ask for them: those for clients and for port 0 lie above. Who takes one
// of these and listens on it later still finds it free.
const (
	firstPort  = 20_000
	ports      = 10_000
	portProbes = 20
)

// FreePort returns a port on 127.0.0.1 that nobody listens on now: preferred, if it is not 0 and free, else any.
func FreePort(preferred int) (int, error) {
	if preferred != 0 {
		if port, err := probe(preferred); err == nil {
			return port, nil
		}
	}
	for range portProbes {
		given, err := probe(0) // the system's choice is as good as random
		if err != nil {
			return 0, err
		}
		if port, err := probe(firstPort + given%ports); err == nil {
			return port, nil
		}
	}
	return probe(0)
}

func probe(port int) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port))) //nolint:noctx // closed at once
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
