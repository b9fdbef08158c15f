package ministack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/emulator"
)

const (
	startWithin = 60 * time.Second
	// snapshotEvery is what a kill -9 of MiniStack may lose under load; without load its last half second. A state of
	// many megabytes is written less often.
	snapshotEvery = 10 * time.Second
	// idleAfter ends an instance whose host was killed and never came back; while a host lives it calls every second.
	idleAfter = 15 * time.Minute
	watchPoll = time.Second
	// deadAfter is how many polls in a row an adopted instance may miss while its process is gone.
	deadAfter  = 2
	minBackoff = 200 * time.Millisecond
	maxBackoff = 10 * time.Second
)

// Config says where the instance lives.
type Config struct {
	Install emulator.Install
	// Dir is the instance's own folder; the caller holds the data folder's lock.
	Dir string
	Log *slog.Logger
	// Restarted is called after a dead instance was started again, when it answers at endpoint; it may be nil. The state
	// may be older than what was acknowledged, or none.
	Restarted func(ctx context.Context, endpoint string) error
}

// Keeper holds one instance. Open makes it.
type Keeper struct {
	cfg      Config
	endpoint string
	port     int
	cancel   context.CancelFunc
	watching sync.WaitGroup

	deaths atomic.Int64

	mu      sync.Mutex
	current instance
}

// instance is a running MiniStack: a process of ours, or an adopted one known by its id alone.
type instance struct {
	pid     int
	token   string
	process *emulator.Process
}

// Open adopts the folder's running instance or starts one, waits until it answers, and keeps it alive until Close.
// Adopted says which of the two it was. The endpoint stays the same for the keeper's life.
func Open(ctx context.Context, cfg Config) (k *Keeper, adopted bool, err error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, false, fmt.Errorf("make the folder of MiniStack: %w", err)
	}
	k = &Keeper{cfg: cfg}
	adopted, err = k.adoptOrStart(ctx)
	if err != nil {
		return nil, false, err
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	k.cancel = cancel
	k.watching.Go(func() { k.watch(watch) })
	return k, adopted, nil
}

// Endpoint is the URL of the instance.
func (k *Keeper) Endpoint() string { return k.endpoint }

// PID is the process id of the instance now running.
func (k *Keeper) PID() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current.pid
}

// Deaths counts how often an instance died. It grows before the next one answers, so a reader that sees the same number
// before and after a call has talked to one instance.
func (k *Keeper) Deaths() int64 { return k.deaths.Load() }

// Save makes the instance write its state to disk now.
func (k *Keeper) Save(ctx context.Context) error { return emulator.Save(ctx, k.endpoint) }

// Release gives back the queue messages that an earlier, killed host had received. The caller is their one consumer and
// does not poll yet.
func (k *Keeper) Release(ctx context.Context) error { return emulator.Release(ctx, k.endpoint) }

// adoptOrStart tries both in turn, since an instance that still starts or still stops holds the folder's lock for a
// moment without answering.
func (k *Keeper) adoptOrStart(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		if inst, port, ok := adopt(ctx, k.cfg.Dir); ok {
			k.set(inst, port)
			return true, nil
		}
		err := k.start(ctx)
		if !errors.Is(err, emulator.ErrLocked) {
			return false, err
		}
		if err := clock.Pause(ctx, minBackoff); err != nil {
			return false, fmt.Errorf("another MiniStack holds %s and does not answer: %w", k.cfg.Dir, err)
		}
	}
}

func (k *Keeper) set(inst instance, port int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current, k.port, k.endpoint = inst, port, emulator.Endpoint(port)
}

// start starts an instance on the port of the last one, if that is free, so that queue URLs stay the same.
func (k *Keeper) start(ctx context.Context) error {
	last, _ := readFile(k.cfg.Dir) // a missing or damaged file only means that any port will do
	port, err := emulator.FreePort(last.Port)
	if err != nil {
		return err
	}
	return k.startOn(ctx, port)
}

func (k *Keeper) startOn(ctx context.Context, port int) error {
	log, err := os.OpenFile(filepath.Join(k.cfg.Dir, "log.txt"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of MiniStack: %w", err)
	}
	defer log.Close() // the child has its own descriptor
	token := rand.Text()
	p, err := emulator.Start(emulator.Options{
		Install: k.cfg.Install, Port: port, Dir: k.cfg.Dir, Token: token,
		Snapshot: snapshotEvery, Idle: idleAfter, Log: log, Detached: true,
	})
	if err != nil {
		return err
	}
	if err := p.Ready(ctx); err != nil {
		p.Terminate()
		return err
	}
	k.set(instance{pid: p.PID(), token: token, process: p}, port)
	return nil
}
