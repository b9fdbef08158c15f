package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/emulator"
)

// besideStage is the Dockerfile's stage that stands for AWS in compose; its folders are where our own lie here.
const (
	besideStage  = "ministack"
	besideData   = "/var/lib/ministack"
	besideScript = "/opt/ministack"
)

// beside is a MiniStack that was started as its stage says: with its settings and nothing else, and as its user, where
// that one can reach the interpreter. What the stage installs is taken from .venv.
type beside struct {
	endpoint, data string
	cmd            *exec.Cmd
	done           chan error
}

func (b *bench) startBeside(ctx context.Context) (*beside, error) {
	raw, err := os.ReadFile(b.path("deploy", "Dockerfile"))
	if err != nil {
		return nil, err
	}
	stages, err := parse(string(raw))
	if err != nil {
		return nil, err
	}
	stage := find(stages, besideStage)
	if stage == nil {
		return nil, fmt.Errorf("the Dockerfile has no stage %s", besideStage)
	}
	install, err := emulator.Find(b.root)
	if err != nil {
		return nil, fmt.Errorf("run make setup: %w", err)
	}
	port, err := emulator.FreePort(0)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(b.work, besideStage)
	here := strings.NewReplacer(
		besideData, data, besideScript, filepath.Dir(install.Script), "BIND_HOST=0.0.0.0", "BIND_HOST=127.0.0.1", "4566", strconv.Itoa(port),
	)
	var env, start, health []string
	uid, gid := 0, 0
	for _, in := range stage.instructions {
		switch in.name {
		case "ENV":
			env = append(env, assignments(here.Replace(in.text))...)
		case "USER":
			uid, gid, err = user(in.text)
		case "CMD":
			start, err = words(here.Replace(in.text))
		case "HEALTHCHECK":
			health, err = words(here.Replace(strings.TrimPrefix(in.text, "CMD ")))
		case "COPY":
			err = b.exist(strings.Fields(in.text))
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", in.name, in.text, err)
		}
	}
	if uid == 0 || len(start) == 0 || len(health) == 0 {
		return nil, fmt.Errorf("the stage %s lacks a user that is not root, a command or a health check", besideStage)
	}
	// Others must reach what is theirs in the folder.
	if err := errors.Join(os.MkdirAll(data, 0o700), os.Chmod(b.work, 0o711)); err != nil {
		return nil, err
	}
	switched := isolated()
	as := func(ctx context.Context, args []string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, install.Python, args[1:]...)
		cmd.Dir, cmd.Env = "/", append([]string{"HOME=/nonexistent"}, env...)
		if switched {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		}
		return cmd
	}
	// An interpreter in somebody's home is not for others.
	if switched = switched && as(ctx, []string{"python", "-c", ""}).Run() == nil; switched {
		if err := os.Chown(data, uid, gid); err != nil {
			return nil, err
		}
	}
	out := &beside{endpoint: emulator.Endpoint(port), data: data, cmd: as(context.WithoutCancel(ctx), start), done: make(chan error, 1)}
	if err := out.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { out.done <- out.cmd.Wait() }()
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		printed, err := as(ctx, health).CombinedOutput()
		if err == nil {
			return out, nil
		}
		if clock.Pause(ctx, pollEvery) != nil {
			return nil, errors.Join(fmt.Errorf("the health check of the stage %s: %w\n%s", besideStage, err, printed), out.stop())
		}
	}
}

// exist holds COPY to files that there are.
func (b *bench) exist(names []string) error {
	for _, name := range names[:len(names)-1] {
		if _, err := os.Stat(b.path(name)); err != nil {
			return err
		}
	}
	return nil
}

// stop ends it as compose does, and looks for the state that the next one finds.
func (s *beside) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-s.done:
		if err != nil {
			return fmt.Errorf("MiniStack ended: %w", err)
		}
	case <-time.After(stopWithin):
		_ = s.cmd.Process.Kill()
		return fmt.Errorf("the stage %s has not stopped after %v", besideStage, stopWithin)
	}
	files, err := filepath.Glob(filepath.Join(s.data, "*.json"))
	if err == nil && len(files) < 3 {
		err = fmt.Errorf("MiniStack has saved %d files", len(files))
	}
	return err
}
