package tree

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Copy copies the files that git knows into dir, which is made, as they are in the working tree of root.
func Copy(ctx context.Context, root, dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("copy the project: %w", err)
	}
	cmd := exec.CommandContext(ctx, "bash", "-euc", `git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -C "$0" -xf -`, dir)
	cmd.Dir = root
	if printed, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("copy the project: %w\n%s", err, printed)
	}
	return nil
}
