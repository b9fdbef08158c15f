package main

import (
	"context"
	"fmt"
	"os/exec"
)

func goGenerate(ctx context.Context, root string) error {
	cmd := exec.CommandContext(ctx, "go", "generate", "./...")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}
