package ministack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"guardrails/shared/emulator"
)

// file is instance.json, which the instance writes when it has locked the folder.
type file struct {
	PID   int    `json:"pid"`
	Port  int    `json:"port"`
	Token string `json:"token"`
}

func readFile(dir string) (file, error) {
	var f file
	data, err := os.ReadFile(filepath.Join(dir, "instance.json"))
	if err != nil {
		return f, fmt.Errorf("read the running instance: %w", err)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return f, fmt.Errorf("read the running instance: %w", err)
	}
	return f, nil
}

// adopt finds the instance that a killed host left behind. The token proves that what answers on the port is this
// folder's instance and not a stranger that got its port.
func adopt(ctx context.Context, dir string) (instance, int, bool) {
	f, err := readFile(dir)
	if err != nil || f.Port == 0 || f.Token == "" {
		return instance{}, 0, false
	}
	id, err := emulator.Identify(ctx, emulator.Endpoint(f.Port))
	if err != nil || id.Token != f.Token || id.PID != f.PID {
		return instance{}, 0, false
	}
	return instance{pid: f.PID, token: f.Token}, f.Port, true
}

// exists reports whether a process with this id lives. A child of ours that ended counts as gone once it is waited for.
func exists(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

func terminate(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop MiniStack: %w", err)
	}
	return nil
}
