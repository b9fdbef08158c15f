package trigger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"
	"sync"
)

// Checkpoints remembers how far each function has read each shard, in one small file. It is safe for concurrent use.
type Checkpoints struct {
	path string
	mu   sync.Mutex
	seen map[string]string
}

// OpenCheckpoints reads the file at path; a missing or damaged one means that all streams are read from their start.
// Without a path they live as long as the process.
func OpenCheckpoints(path string) (*Checkpoints, error) {
	c := &Checkpoints{path: path, seen: map[string]string{}}
	if path == "" {
		return c, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read stream checkpoints: %w", err)
	}
	if json.Unmarshal(data, &c.seen) != nil {
		c.seen = map[string]string{}
	}
	return c, nil
}

func (c *Checkpoints) get(key string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[key]
}

// set stores a sequence number, or forgets the key when it is empty. The file is replaced as a whole, so that a kill
// leaves the old one or the new one.
func (c *Checkpoints) set(key, sequence string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sequence == "" {
		delete(c.seen, key)
	} else {
		c.seen[key] = sequence
	}
	return c.write()
}

// keep forgets the keys that begin with prefix and are not among those in use: shards end after some hours.
func (c *Checkpoints) keep(prefix string, used map[string]bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.seen)
	maps.DeleteFunc(c.seen, func(key, _ string) bool { return strings.HasPrefix(key, prefix) && !used[key] })
	if len(c.seen) == before {
		return nil
	}
	return c.write()
}

// write replaces the file; the caller holds the lock.
func (c *Checkpoints) write() error {
	if c.path == "" {
		return nil
	}
	data, err := json.Marshal(c.seen)
	if err != nil {
		return fmt.Errorf("encode stream checkpoints: %w", err)
	}
	if err := os.WriteFile(c.path+".tmp", data, 0o600); err != nil {
		return fmt.Errorf("write stream checkpoints: %w", err)
	}
	if err := os.Rename(c.path+".tmp", c.path); err != nil {
		return fmt.Errorf("write stream checkpoints: %w", err)
	}
	return nil
}
