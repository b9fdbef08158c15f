package rulestore

import "testing"

// TestWeighted fills a cache beyond its bytes: what was used longest ago leaves, and the one used last stays.
func TestWeighted(t *testing.T) {
	t.Parallel()
	w := newWeighted[string, int](3, 100)
	add := func(key string, value int, bytes int64) {
		w.GetOrAdd(key, func() int { return value })
		w.Weigh(key, bytes)
	}
	there := func(want ...string) {
		t.Helper()
		n := 0
		for _, key := range want {
			if _, ok := w.Get(key); !ok {
				t.Errorf("%s is gone", key)
			}
			n++
		}
		if w.lru.Len() != n {
			t.Errorf("%d entries, want %v", w.lru.Len(), want)
		}
	}
	add("a", 1, 40)
	add("b", 2, 40)
	there("b", "a")
	add("c", 3, 40)
	there("a", "c")
	add("c", 3, 70)
	there("c")
	add("d", 4, 1000)
	there("d")
	add("d", 4, 10)
	add("e", 5, 10)
	add("f", 6, 10)
	add("g", 7, 10)
	there("e", "f", "g")
	w.Weigh("gone", 1000)
	if w.total != 30 {
		t.Errorf("%d bytes counted, want 30", w.total)
	}
	if v := w.GetOrAdd("e", func() int { return 9 }); v != 5 {
		t.Errorf("e became %d", v)
	}
}
