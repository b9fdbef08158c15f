package rule

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"cel.dev/cel-go/common/types"
)

// Rule is a stored rule.
type Rule struct {
	ID      string
	Version int
	Definition
	Compiled Compiled
	// From is when the rule began to match; who matches past events skips it for those of before.
	From time.Time
}

// MaxUnindexed is how many rules without any equality a tenant may have: each is tried with every event of its types.
const MaxUnindexed = 200

// Set holds the enabled rules of one tenant, indexed. It is safe for concurrent use.
type Set struct {
	engine *Engine
	// crowd is how long a list may grow before a second test is made part of the key.
	crowd int

	mu      sync.RWMutex
	rules   map[string]*entry
	always  int
	data    *trie
	labels  *trie
	slots   int
	free    []int
	buckets map[string]*bucket
	scratch sync.Pool
}

// The slots of the values that every event has; the others follow.
const (
	slotType = iota
	slotID
	slotSubject
	slotSource
	firstSlot
)

// entry is a rule in a set, with the slots that its tests read and where it is filed.
type entry struct {
	rule  *Rule
	slots []int
	// keys are the tests that it can be filed under, places where it is filed.
	keys   []int
	places []place
}

// pair is one value of one slot, the unit of the index.
type pair struct {
	slot int
	val  value
}

// place is one list that holds an entry: a bucket's unindexed ones, those of a pair, or those of two.
type place struct {
	bucket        *bucket
	first, second pair
	pairs         int
}

// bucket holds the rules of one event type or pattern.
type bucket struct {
	crowd  int
	always []*entry
	// count says how many rules could be filed under a pair; choosing the least keeps lists short.
	count map[pair]int
	one   map[int]map[value][]*entry
	two   map[int]map[int]map[[2]value][]*entry
}

// crowded is the crowd of every set; tests have less.
const crowded = 8

// NewSet returns an empty set.
func (e *Engine) NewSet() *Set {
	return &Set{engine: e, crowd: crowded, rules: map[string]*entry{}, data: newTrie(), labels: newTrie(), slots: firstSlot, buckets: map[string]*bucket{}}
}

// Len is how many rules the set holds. Disabled ones are not among them.
func (s *Set) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.rules)
}

// Unindexed is how many rules of the set have no equality to be found by, see MaxUnindexed.
func (s *Set) Unindexed() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.always
}

// Put adds a rule or replaces the one of its id. A disabled rule is taken out. A rule without a compiled form is refused.
func (s *Set) Put(r Rule) error {
	if r.ID == "" || len(r.Compiled.types) == 0 {
		return errors.New("rule: no id or not compiled")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(r.ID)
	if !r.On() {
		return nil
	}
	en := &entry{rule: &r}
	for i, t := range r.Compiled.tests {
		en.slots = append(en.slots, s.acquire(t))
		if t.indexes() && len(t.vals) > 0 {
			en.keys = append(en.keys, i)
		}
	}
	s.rules[r.ID] = en
	if len(en.keys) == 0 {
		s.always++
	}
	for _, pattern := range r.Compiled.types {
		b := s.buckets[pattern]
		if b == nil {
			b = &bucket{crowd: s.crowd, count: map[pair]int{}, one: map[int]map[value][]*entry{}, two: map[int]map[int]map[[2]value][]*entry{}}
			s.buckets[pattern] = b
		}
		b.tally(en, 1)
		b.file(en)
	}
	return nil
}

// Delete takes a rule out. It does nothing if there is none of that id.
func (s *Set) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(id)
}

func (s *Set) remove(id string) {
	en := s.rules[id]
	if en == nil {
		return
	}
	delete(s.rules, id)
	if len(en.keys) == 0 {
		s.always--
	}
	for _, pattern := range en.rule.Compiled.types {
		b := s.buckets[pattern]
		b.unfile(en)
		b.tally(en, -1)
		if b.empty() {
			delete(s.buckets, pattern)
		}
	}
	for i, t := range en.rule.Compiled.tests {
		s.release(t, en.slots[i])
	}
}

// acquire returns the slot that a test reads, a new one if it is the first to read there.
func (s *Set) acquire(t test) int {
	switch t.root {
	case rootType:
		return slotType
	case rootID:
		return slotID
	case rootSubject:
		return slotSubject
	case rootSource:
		return slotSource
	}
	at := s.root(t)
	at.uses++
	for _, segment := range t.path {
		if at.keys == nil {
			at.keys = map[string]*trie{}
		}
		next := at.keys[segment]
		if next == nil {
			next = newTrie()
			at.keys[segment] = next
		}
		at = next
		at.uses++
	}
	if at.slot < 0 {
		if n := len(s.free); n > 0 {
			at.slot, s.free = s.free[n-1], s.free[:n-1]
		} else {
			at.slot = s.slots
			s.slots++
		}
	}
	at.ends++
	return at.slot
}

func (s *Set) root(t test) *trie {
	if t.root == rootLabels {
		return s.labels
	}
	return s.data
}

func (s *Set) release(t test, slot int) {
	if slot < firstSlot {
		return
	}
	at := s.root(t)
	at.uses--
	for _, segment := range t.path {
		next := at.keys[segment]
		if next.uses--; next.uses == 0 {
			delete(at.keys, segment)
		}
		at = next
	}
	if at.ends--; at.ends == 0 {
		s.free = append(s.free, at.slot)
		at.slot = -1
	}
}

func (b *bucket) empty() bool { return len(b.always) == 0 && len(b.count) == 0 }

// tally counts the pairs that an entry could be filed under.
func (b *bucket) tally(en *entry, by int) {
	for _, k := range en.keys {
		for _, v := range en.rule.Compiled.tests[k].vals {
			p := pair{en.slots[k], v}
			if b.count[p] += by; b.count[p] == 0 {
				delete(b.count, p)
			}
		}
	}
}

// weight is how crowded the lists of a test are: how many rules an event meets there.
func (b *bucket) weight(en *entry, key int) int {
	most := 0
	for _, v := range en.rule.Compiled.tests[key].vals {
		most = max(most, b.count[pair{en.slots[key], v}])
	}
	return most
}

// choose returns the lists for an entry: those of its most selective test, or of two tests if one alone is crowded. It
// depends on the counts alone.
func (b *bucket) choose(en *entry) []place {
	if len(en.keys) == 0 {
		return []place{{bucket: b}}
	}
	keys := slices.Clone(en.keys)
	slices.SortStableFunc(keys, func(i, j int) int { return cmp.Compare(b.weight(en, i), b.weight(en, j)) })
	tests := en.rule.Compiled.tests
	first, second := keys[0], -1
	if b.weight(en, first) > b.crowd {
		for _, k := range keys[1:] {
			if en.slots[k] != en.slots[first] && len(tests[k].vals)*len(tests[first].vals) <= maxListed {
				second = k
				break
			}
		}
	}
	var out []place
	for _, v := range tests[first].vals {
		p := place{bucket: b, first: pair{en.slots[first], v}, pairs: 1}
		if second < 0 {
			out = append(out, p)
			continue
		}
		for _, w := range tests[second].vals {
			p.second, p.pairs = pair{en.slots[second], w}, 2
			out = append(out, p)
		}
	}
	return out
}

// file puts an entry into its lists. It stays there while others come: a list of one test takes no more than a crowd of
// rules that could lie elsewhere, so what was chosen early costs little later.
func (b *bucket) file(en *entry) {
	for _, p := range b.choose(en) {
		switch p.pairs {
		case 0:
			b.always = append(b.always, en)
		case 1:
			lists := b.one[p.first.slot]
			if lists == nil {
				lists = map[value][]*entry{}
				b.one[p.first.slot] = lists
			}
			lists[p.first.val] = append(lists[p.first.val], en)
		default:
			key := [2]value{p.first.val, p.second.val}
			b.pairLists(p)[key] = append(b.pairLists(p)[key], en)
		}
		en.places = append(en.places, p)
	}
}

func (b *bucket) pairLists(p place) map[[2]value][]*entry {
	seconds := b.two[p.first.slot]
	if seconds == nil {
		seconds = map[int]map[[2]value][]*entry{}
		b.two[p.first.slot] = seconds
	}
	if seconds[p.second.slot] == nil {
		seconds[p.second.slot] = map[[2]value][]*entry{}
	}
	return seconds[p.second.slot]
}

// unfile takes an entry out of every list of the bucket.
func (b *bucket) unfile(en *entry) {
	is := func(x *entry) bool { return x == en }
	kept := en.places[:0]
	for _, p := range en.places {
		if p.bucket != b {
			kept = append(kept, p)
			continue
		}
		switch p.pairs {
		case 0:
			b.always = slices.DeleteFunc(b.always, is)
		case 1:
			lists := b.one[p.first.slot]
			if lists[p.first.val] = slices.DeleteFunc(lists[p.first.val], is); len(lists[p.first.val]) == 0 {
				delete(lists, p.first.val)
			}
			if len(lists) == 0 {
				delete(b.one, p.first.slot)
			}
		default:
			key := [2]value{p.first.val, p.second.val}
			lists := b.pairLists(p)
			if lists[key] = slices.DeleteFunc(lists[key], is); len(lists[key]) == 0 {
				delete(lists, key)
			}
			if len(lists) == 0 {
				delete(b.two[p.first.slot], p.second.slot)
			}
			if len(b.two[p.first.slot]) == 0 {
				delete(b.two, p.first.slot)
			}
		}
	}
	en.places = kept
}

// Match is a rule that an event hit.
type Match struct{ Rule *Rule }

// Failure is a rule whose condition could not be decided for an event, which is no match.
type Failure struct {
	RuleID string
	Code   Code
}

// Result is what an event does in a set. Both lists are sorted by rule id.
type Result struct {
	Matches  []Match
	Failures []Failure
}

// seeker is the memory of one Match, reused.
type seeker struct {
	vals  []value
	seen  []int
	found []*entry
}

// Match returns the rules that an event hits. Rules whose tests do not hold are passed over in silence, even where a
// field is absent; a Failure is a rule whose tests held and whose residual failed. After ctx has ended, or once the
// residuals have taken Together, every rule left to evaluate is a Failure with the code Deadline.
func (s *Set) Match(ctx context.Context, ev Event) Result {
	k, _ := s.scratch.Get().(*seeker)
	if k == nil {
		k = &seeker{}
	}
	defer s.scratch.Put(k)
	s.seek(k, &ev)
	var out Result
	in := &input{ev: &ev}
	var until time.Time
	for _, en := range k.found {
		switch ok, code := s.decide(ctx, en, k.vals, in, &until); {
		case code != "":
			out.Failures = append(out.Failures, Failure{en.rule.ID, code})
		case ok:
			out.Matches = append(out.Matches, Match{en.rule})
		}
	}
	slices.SortFunc(out.Matches, func(a, b Match) int { return cmp.Compare(a.Rule.ID, b.Rule.ID) })
	slices.SortFunc(out.Failures, func(a, b Failure) int { return cmp.Compare(a.RuleID, b.RuleID) })
	clear(k.found)
	return out
}

// decide asks the entry's tests and then its residual. until is when the event's residuals have had their time; the first
// one sets it.
func (s *Set) decide(ctx context.Context, en *entry, vals []value, in *input, until *time.Time) (bool, Code) {
	c := &en.rule.Compiled
	for i, t := range c.tests {
		if ok, _ := t.holds(vals[en.slots[i]]); !ok {
			return false, ""
		}
	}
	if c.residual == nil {
		return true, ""
	}
	if until.IsZero() {
		*until = s.engine.clock.Now().Add(s.engine.together)
	} else if s.engine.clock.Now().After(*until) {
		return false, Deadline
	}
	if ctx.Err() != nil {
		return false, Deadline
	}
	v, err := c.residual.eval(ctx, s.engine, in)
	if err != nil {
		return false, CodeOf(err)
	}
	if b, ok := v.(types.Bool); ok {
		return bool(b), ""
	}
	return false, TypeMismatch
}

// seek reads the values that tests ask for and collects the rules that they lead to.
func (s *Set) seek(k *seeker, ev *Event) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k.found, k.seen = k.found[:0], k.seen[:0]
	k.vals = slices.Grow(k.vals[:0], s.slots)[:s.slots]
	clear(k.vals)
	for slot, v := range [firstSlot]string{slotType: ev.Type, slotID: ev.ID, slotSubject: ev.Subject, slotSource: ev.Source} {
		k.vals[slot] = value{kind: text, str: v}
		k.seen = append(k.seen, slot)
	}
	if len(s.data.keys) > 0 {
		if r, ok := parse(ev.Data); ok {
			s.data.walk(r, k.vals, &k.seen)
		}
	}
	if len(s.labels.keys) > 0 {
		if r, ok := parse(ev.Labels); ok {
			s.labels.walk(r, k.vals, &k.seen)
		}
	}
	s.visit("*", k)
	s.visit(ev.Type, k)
	for i := range len(ev.Type) {
		if ev.Type[i] == '.' {
			s.visit(ev.Type[:i+1]+"*", k)
		}
	}
}

func (s *Set) visit(pattern string, k *seeker) {
	b := s.buckets[pattern]
	if b == nil {
		return
	}
	k.found = append(k.found, b.always...)
	for _, slot := range k.seen {
		v := k.vals[slot]
		if lists := b.one[slot]; lists != nil {
			k.found = append(k.found, lists[v]...)
		}
		for second, lists := range b.two[slot] {
			if w := k.vals[second]; w.kind != absent {
				k.found = append(k.found, lists[[2]value{v, w}]...)
			}
		}
	}
}
