package legacy

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/shared/clock"
	"guardrails/shared/inspect"
)

const (
	cacheFor = 5 * time.Minute
	// cacheEntries and cacheText bound the cache: so many answers to prompts of at most so many bytes.
	cacheEntries = 1024
	cacheText    = 32 << 10
)

// digest stands for a tenant, its policies' version and a prompt.
type digest [sha256.Size]byte

// kept is an answer, and the analysis behind it without texts.
type kept struct {
	answer   Analysis
	analysis inspect.Analysis
	until    time.Time
}

// cache keeps answers in memory for five minutes. Its keys are digests under a key of this process alone.
type cache struct {
	clock clock.Clock
	key   []byte
	mu    sync.Mutex
	lru   *simplelru.LRU[digest, kept]
}

func newCache(c clock.Clock) (*cache, error) {
	lru, err := simplelru.NewLRU[digest, kept](cacheEntries, nil)
	if err != nil {
		return nil, fmt.Errorf("make the cache of answers: %w", err)
	}
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails: crypto/rand crashes the program instead
	return &cache{clock: c, key: key, lru: lru}, nil
}

func (c *cache) digest(tenantID, version, prompt string) digest {
	h := hmac.New(sha256.New, c.key)
	for _, part := range []string{tenantID, version, prompt} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part) // a hash never fails to write
	}
	return digest(h.Sum(nil))
}

func (c *cache) get(d digest) (kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.lru.Get(d)
	if ok && c.clock.Now().After(k.until) {
		c.lru.Remove(d)
		return kept{}, false
	}
	return k, ok
}

func (c *cache) put(d digest, prompt string, k kept) {
	if len(prompt) > cacheText {
		return
	}
	k.until = c.clock.Now().Add(cacheFor)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Add(d, k)
}
