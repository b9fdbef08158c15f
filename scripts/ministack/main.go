package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	interpreter "guardrails/scripts/internal/python"
	"guardrails/shared/emulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := install(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "ministack:", err)
		os.Exit(1) //nolint:gocritic // the process ends, and with it the signal handler
	}
}

// install makes the virtual environment unless the one there has these very requirements.
func install(ctx context.Context) error {
	in, err := emulator.Find(".")
	if err != nil && !errors.Is(err, emulator.ErrNotInstalled) {
		return err
	}
	requirements := filepath.Join(in.Root, "scripts", "ministack", "requirements.txt")
	want, err := digest(requirements)
	if err != nil {
		return err
	}
	venv := filepath.Join(in.Root, ".venv")
	stamp := filepath.Join(venv, emulator.StampFile)
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return nil
	}
	if err := makeVenv(ctx, venv, in.Python, requirements); err != nil {
		return err
	}
	if err := os.WriteFile(stamp, want, 0o600); err != nil {
		return fmt.Errorf("mark the installation as complete: %w", err)
	}
	fmt.Fprintln(os.Stderr, "ministack: installed")
	return nil
}

func makeVenv(ctx context.Context, venv, python, requirements string) error {
	base, err := interpreter.Find(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "ministack: making .venv")
	if err := run(ctx, base, "-m", "venv", "--clear", venv); err != nil {
		return fmt.Errorf("make .venv: %w", err)
	}
	fmt.Fprintln(os.Stderr, "ministack: installing MiniStack into .venv (about 20 MB, once)")
	err = run(ctx, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", requirements)
	if err != nil {
		return fmt.Errorf("install MiniStack from the package index: %w", err)
	}
	return nil
}

func run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

func digest(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the requirements: %w", err)
	}
	sum := sha256.Sum256(data)
	return []byte(hex.EncodeToString(sum[:])), nil
}
