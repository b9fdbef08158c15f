package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// data is the data folder, locked for one run.
type data struct {
	dir  string
	lock *os.File
}

// openData makes the folder and locks it. The kernel drops the lock when the process dies, however it does.
func openData(name string) (*data, error) {
	// MiniStack outlives this process and its working directory.
	dir, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be found: %w", name, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be made: %w", dir, cause(err))
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written: %w", dir, cause(err))
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer lock.Close()
		return nil, fmt.Errorf("another run%s uses the data folder %s: stop it or set GUARDRAILS_DATA", holder(lock), dir)
	}
	d := &data{dir: dir, lock: lock}
	if err := d.sign(); err != nil {
		d.close()
		return nil, fmt.Errorf("the data folder %s cannot be written: %w", dir, cause(err))
	}
	return d, nil
}

// cause leaves out the path, which the sentence names already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// sign writes this process's id into the lock file, for the sentence that a second run prints.
func (d *data) sign() error {
	if err := d.lock.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintf(d.lock, "%d\n", os.Getpid())
	return err
}

func holder(lock *os.File) string {
	buf := make([]byte, 16)
	n, _ := lock.Read(buf) // an empty or unreadable file only makes the sentence shorter
	if pid := strings.TrimSpace(string(buf[:n])); pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}

func (d *data) close() { _ = d.lock.Close() } // closing drops the lock; nothing was buffered

func (d *data) path(name string) string { return filepath.Join(d.dir, name) }

const (
	logFile = "functions.log"
	// maxLog is the size in bytes from which the log is put aside. One older log is kept.
	maxLog = 16 << 20
)

// openLog opens the functions' log to append to it.
func (d *data) openLog() (*logWriter, error) { return newLogWriter(d.path(logFile), maxLog) }

// logWriter appends to a file and puts it aside when it has grown large. It is safe for concurrent use.
type logWriter struct {
	name string
	max  int64

	mu   sync.Mutex
	file *os.File
	size int64
}

func newLogWriter(name string, limit int64) (*logWriter, error) {
	l := &logWriter{name: name, max: limit}
	return l, l.open()
}

func (l *logWriter) open() error {
	f, err := os.OpenFile(l.name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the functions' log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open the functions' log: %w", err)
	}
	l.file, l.size = f, info.Size()
	return nil
}

// Write appends what is one line or several whole ones: a line is never in two files.
func (l *logWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > 0 && l.size+int64(len(b)) > l.max {
		if err := l.putAside(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(b)
	l.size += int64(n)
	return n, err
}

// putAside renames the log and begins a new one. The old file stays in use if it cannot be renamed.
func (l *logWriter) putAside() error {
	if err := os.Rename(l.name, l.name+".1"); err != nil {
		l.size = 0 // the next try comes after as many bytes again
		return nil
	}
	_ = l.file.Close() // each line was written when it came
	return l.open()
}

// Close closes the file.
func (l *logWriter) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// Credentials is credentials.json: what a newcomer needs for the first call.
type Credentials struct {
	BaseURL          string   `json:"base_url"`
	PlatformAdminKey string   `json:"platform_admin_key"`
	Tenants          []Tenant `json:"tenants"`
}

// Tenant is one demo tenant with a key for each role.
type Tenant struct {
	ID          string `json:"id"`
	Slug        string `json:"slug"`
	AdminKey    string `json:"admin_key"`
	OperatorKey string `json:"operator_key"`
	AnalystKey  string `json:"analyst_key"`
	ViewerKey   string `json:"viewer_key"`
}

const credentialsFile = "credentials.json"

// readCredentials returns what the last run wrote, or nil if that is missing or damaged.
func (d *data) readCredentials() *Credentials {
	raw, err := os.ReadFile(d.path(credentialsFile))
	if err != nil {
		return nil
	}
	var c Credentials
	if json.Unmarshal(raw, &c) != nil {
		return nil
	}
	return &c
}

// writeCredentials replaces the file as a whole, readable by its owner alone from the first byte on.
func (d *data) writeCredentials(c Credentials) error {
	raw, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the credentials: %w", err)
	}
	fresh := d.path(credentialsFile + ".tmp")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write the credentials: %w", err)
	}
	if err := os.WriteFile(fresh, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}
	if err := os.Rename(fresh, d.path(credentialsFile)); err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}
	return nil
}
