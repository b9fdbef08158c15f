package rulestore

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// planned is how many bytes of memory a rule takes for each byte in its stored form, at most: what was measured of large
// ones whose programs had all been planned.
const planned = 5

// weighted keeps what was used last, so many entries and bytes: a process serves many tenants, and the rules of a few must
// not take all its memory. The entry used last stays, whatever it weighs. It is safe for concurrent use.
type weighted[K comparable, V any] struct {
	most int64

	mu    sync.Mutex
	total int64
	lru   *simplelru.LRU[K, *weight[V]]
}

type weight[V any] struct {
	value V
	bytes int64
}

func newWeighted[K comparable, V any](entries int, most int64) *weighted[K, V] {
	w := &weighted[K, V]{most: most}
	var err error
	// What leaves gives its bytes back; the lock is held by whoever makes it leave.
	w.lru, err = simplelru.NewLRU(entries, func(_ K, e *weight[V]) { w.total -= e.bytes })
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return w
}

// Get returns an entry.
func (w *weighted[K, V]) Get(key K) (value V, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e, ok := w.lru.Get(key)
	if !ok {
		return value, false
	}
	return e.value, true
}

// GetOrAdd returns an entry, one that weighs nothing if there was none.
func (w *weighted[K, V]) GetOrAdd(key K, fresh func() V) V {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e, ok := w.lru.Get(key); ok {
		return e.value
	}
	v := fresh()
	w.lru.Add(key, &weight[V]{value: v})
	return v
}

// Weigh says what an entry weighs, if it is still there.
func (w *weighted[K, V]) Weigh(key K, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e, ok := w.lru.Get(key)
	if !ok {
		return
	}
	w.total += bytes - e.bytes
	e.bytes = bytes
	for w.total > w.most && w.lru.Len() > 1 {
		w.lru.RemoveOldest()
	}
}
