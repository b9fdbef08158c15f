package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	buildWithin = 15 * time.Minute
	// buildStage and lastStage are the Dockerfile's stages that make the server's image.
	buildStage, lastStage = "build", "server"
	// output is the folder that the build stage writes to.
	outputFolder = "/rootfs"
)

// image is what the last stage says: a root, and how a program is started in it.
type image struct {
	root               string
	env                []string
	uid, gid           int
	entrypoint, health []string
}

// makeImage carries out the Dockerfile's instructions in two folders, and compares what they made.
func (b *bench) makeImage(ctx context.Context) (string, error) {
	raw, err := os.ReadFile(b.path("deploy", "Dockerfile"))
	if err != nil {
		return "", err
	}
	stages, err := parse(string(raw))
	if err != nil {
		return "", err
	}
	build, last := find(stages, buildStage), find(stages, lastStage)
	if build == nil || last == nil || &stages[len(stages)-1] != last || last.base != "scratch" {
		return "", fmt.Errorf("the Dockerfile must have the stage %s, and end with %s, from nothing", buildStage, lastStage)
	}
	var sums []string
	for _, name := range []string{"first", "again"} {
		made, err := b.build(ctx, filepath.Join(b.work, name), *build, *last)
		if err != nil {
			return "", err
		}
		sum, err := digest(made.root)
		if err != nil {
			return "", err
		}
		if b.image == nil {
			b.image = made
		}
		sums = append(sums, sum)
	}
	if sums[0] != sums[1] {
		return "", errors.New("the same tree, built in another folder, gives other bytes")
	}
	files, size, err := weigh(b.image.root)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d files, %d MB, sha256 %s; the same from two folders", files, size>>20, sums[0][:12]), nil
}

// build carries out both stages below dir.
func (b *bench) build(ctx context.Context, dir string, first, last stage) (*image, error) {
	raw, err := os.ReadFile(b.path(".dockerignore"))
	if err != nil {
		return nil, err
	}
	ignored, err := readIgnore(string(raw))
	if err != nil {
		return nil, err
	}
	files, err := ignored.context(b.root)
	if err != nil {
		return nil, err
	}
	work, variables := filepath.Join(dir, "work"), []string{}
	from := filepath.Join(dir, "build")
	for _, in := range first.instructions {
		switch in.name {
		case "ARG":
			name, value, _ := strings.Cut(in.text, "=")
			variables = append(variables, name+"="+value)
		case "WORKDIR":
			work = filepath.Join(from, in.text)
			err = os.MkdirAll(work, 0o755)
		case "COPY":
			err = b.copyContext(files, in, work)
		case "RUN":
			err = b.command(ctx, in.text, work, filepath.Join(from, outputFolder), variables)
		default:
			err = fmt.Errorf("the stage %s has an instruction that is not known here: %s", first.name, in.name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", in.name, in.text, err)
		}
	}
	return assemble(last, from, filepath.Join(dir, "root"))
}

// copyContext copies what COPY names from the build context into the folder.
func (b *bench) copyContext(files []string, in instruction, work string) error {
	names := strings.Fields(in.text)
	target := names[len(names)-1]
	if target != "." && target != "./" || len(in.flags) > 0 {
		return fmt.Errorf("COPY to %s is not known here", target)
	}
	for _, name := range names[:len(names)-1] {
		found := false
		for _, f := range files {
			if name != "." && f != name {
				continue
			}
			found = true
			if err := copyFile(b.path(f), filepath.Join(work, f)); err != nil {
				return err
			}
		}
		if !found {
			return fmt.Errorf("the build context has no %s", name)
		}
	}
	return nil
}

// command runs a RUN line with this machine's shell and compiler; where the line says /rootfs, it gets a folder of ours.
func (b *bench) command(ctx context.Context, text, work, output string, variables []string) error {
	ctx, cancel := context.WithTimeout(ctx, buildWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", strings.ReplaceAll(text, outputFolder, output))
	cmd.Dir, cmd.Env = work, append(os.Environ(), variables...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// assemble carries out the last stage: an empty root, and what COPY brings into it.
func assemble(last stage, from, root string) (*image, error) {
	m := &image{root: root, uid: -1}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	for _, in := range last.instructions {
		var err error
		switch in.name {
		case "COPY":
			err = m.copyStage(in, from)
		case "ENV":
			m.env = append(m.env, assignments(in.text)...)
		case "USER":
			m.uid, m.gid, err = user(in.text)
		case "ENTRYPOINT":
			m.entrypoint, err = words(in.text)
		case "HEALTHCHECK":
			m.health, err = words(strings.TrimSpace(strings.TrimPrefix(in.text, "CMD")))
		case "EXPOSE":
		default:
			err = fmt.Errorf("the stage %s has an instruction that is not known here", last.name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", in.name, in.text, err)
		}
	}
	if m.uid <= 0 || m.gid <= 0 || m.entrypoint == nil || m.health == nil {
		return nil, errors.New("the image lacks a user that is not root, an entry point or a health check")
	}
	return m, nil
}

// copyStage copies files, or what is in folders, of the build stage.
func (m *image) copyStage(in instruction, from string) error {
	names := strings.Fields(in.text)
	target := names[len(names)-1]
	uid, gid := 0, 0
	if owner := in.flags["chown"]; owner != "" {
		var err error
		if uid, gid, err = user(owner); err != nil {
			return err
		}
	}
	for _, name := range names[:len(names)-1] {
		source := filepath.Join(from, name)
		info, err := os.Stat(source)
		if err != nil {
			return err
		}
		to := filepath.Join(m.root, target)
		if !info.IsDir() && strings.HasSuffix(target, "/") {
			to = filepath.Join(to, path.Base(name))
		}
		if err := copyTree(source, to, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

// user reads a numeric user and group: a name would need a file that the image has not.
func user(text string) (uid, gid int, err error) {
	u, g, ok := strings.Cut(text, ":")
	uid, err1 := strconv.Atoi(u)
	gid, err2 := strconv.Atoi(g)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, fmt.Errorf("%s is not of the form 65532:65532", text)
	}
	return uid, gid, nil
}

func copyTree(source, to string, uid, gid int) error {
	return filepath.WalkDir(source, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(source, name)
		if err != nil {
			return err
		}
		at := filepath.Join(to, rel)
		if d.IsDir() {
			err = os.MkdirAll(at, 0o755)
		} else {
			err = copyFile(name, at)
		}
		if err == nil && os.Geteuid() == 0 {
			err = os.Lchown(at, uid, gid)
		}
		return err
	})
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// digest is a hash over the names and contents of a folder's files.
func digest(root string) (string, error) {
	sum := sha256.New()
	files := os.DirFS(root)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		fmt.Fprintf(sum, "%s %d\n", name, len(raw))
		sum.Write(raw)
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}

func weigh(root string) (files int, size int64, err error) {
	err = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files, size = files+1, size+info.Size()
		}
		return err
	})
	return files, size, err
}

// command is a program of the image, in its root and as its user. Without the rights for that it runs beside the root,
// as whoever runs this.
func (m *image) command(ctx context.Context, variables []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(append([]string{}, m.env...), variables...)
	if !isolated() {
		cmd.Path, cmd.Err = filepath.Join(m.root, args[0]), nil
		for i, v := range cmd.Env {
			if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(value, "/var/") {
				cmd.Env[i] = name + "=" + filepath.Join(m.root, value)
			}
		}
		return cmd
	}
	cmd.Path, cmd.Err, cmd.Dir = args[0], nil, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: m.root, Credential: &syscall.Credential{Uid: uint32(m.uid), Gid: uint32(m.gid)}}
	return cmd
}

// isolated reports whether this process may change root and user.
func isolated() bool { return os.Geteuid() == 0 }
