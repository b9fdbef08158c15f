package inspect

import (
	"fmt"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/shared/policy"
)

const (
	maxSets = 128
	// maxSetBytes bounds the memory of all sets that are kept: a tenant chooses how large its sets are and, by naming
	// its policies in other orders, how many there are.
	maxSetBytes = 256 << 20
)

// keptSets are the compiled sets used last, bounded by number and by size. It is not safe for concurrent use.
type keptSets struct {
	lru *simplelru.LRU[string, *policy.Set]
	// size and limit are in bytes, as policy.Set.Size estimates them.
	size, limit int
}

func newKeptSets(limit int) (*keptSets, error) {
	k := &keptSets{limit: limit}
	lru, err := simplelru.NewLRU(maxSets, func(_ string, s *policy.Set) { k.size -= s.Size() })
	if err != nil {
		return nil, fmt.Errorf("make the cache of sets: %w", err)
	}
	k.lru = lru
	return k, nil
}

func (k *keptSets) get(key string) (*policy.Set, bool) { return k.lru.Get(key) }

// add keeps a set and forgets those that were not used for the longest time. A set for which there is no room at all drives
// out nobody's.
func (k *keptSets) add(key string, s *policy.Set) {
	if s.Size() > k.limit {
		return
	}
	k.lru.Remove(key)
	k.lru.Add(key, s)
	k.size += s.Size()
	for k.size > k.limit {
		k.lru.RemoveOldest()
	}
}
