package deliver

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/internal/scope"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// world is everything outside of the code under test: queue, tables, stream and receivers. It lives in a bubble of
// testing/synctest, where time passes only while everybody waits. Each call takes a time of its own, which follows from
// the seed and from what is called, so that no two calls happen at the same instant: a run is the same each time, however
// goroutines are scheduled.
type world struct {
	seed   uint64
	faults faults
	// mutant is a wrong design that the checker must find.
	mutant mutant
	// match says which deliveries an event calls for.
	match func(tenant.Scope, outbox.Row) []Want
	// answer is what a receiver does with its n-th request (from 0).
	answer func(destination string, n int, chance *rand.Rand) answer
	limits Limits
	plan   Plan

	mu     sync.Mutex
	drawn  map[uint64]uint64
	queue  *queueModel
	rows   map[string]stored
	items  map[string]Control
	due    [16]dueShard
	events []committed
	known  map[string]outbox.Row
	places map[string]Destination
	random *rand.Rand
	ids    *id.Generator
	told   []events.Event

	got     map[string]*arrival
	hits    map[string][]time.Time
	now     map[string]int
	most    map[string]int
	kills   map[string]int
	wrong   []string
	sent    int
	dropped int
	metrics *telemetry.Metrics
}

// faults are how often what goes wrong. The zero value is a perfect world.
type faults struct {
	// kill is the chance of a process to die before a call, and the same after it.
	kill float64
	// refuse is the chance that a store or the queue refuses a call, lose that it does the work and the answer is lost.
	refuse, lose float64
	// twice is the chance that the queue hands a message to two.
	twice float64
	// queueDown says that the queue takes nothing.
	queueDown bool
}

type mutant int

const (
	correct mutant = iota
	withoutNet
	deleteFirst
	withoutClaim
)

// answer is what a receiver does: 200 if it is zero.
type answer struct {
	status     int
	retryAfter time.Duration
	// hang lets the caller's time run out; drop does the work and loses the answer; refuse takes no connection.
	hang, drop, refuse bool
	takes              time.Duration
}

type stored struct {
	row   Row
	scope tenant.Scope
}

type committed struct {
	row   outbox.Row
	scope tenant.Scope
	at    time.Time
}

// arrival is what a receiver knows of a delivery.
type arrival struct {
	requests, taken int
	body            string
	first, lag      time.Duration
}

// dueShard is a shard of the index of what is due. It lags behind the table.
type dueShard struct {
	entries []dueEntry // by time
	at      map[string]int64
	coming  []dueEntry
}

type dueEntry struct {
	due   int64
	id    string
	shown time.Time
}

const (
	indexLag    = 300 * time.Millisecond
	visibility  = 210 * time.Second
	maxReceive  = 5
	storeTakes  = 2 * time.Millisecond
	answerTakes = 20 * time.Millisecond
)

func newWorld(seed uint64) *world {
	w := &world{
		seed: seed, limits: Limits{PerSecond: 1e6, BreakerFailures: 5, Timeout: 15 * time.Second},
		drawn: map[uint64]uint64{}, queue: newQueueModel(), rows: map[string]stored{}, items: map[string]Control{},
		known: map[string]outbox.Row{}, places: map[string]Destination{}, random: rand.New(rand.NewPCG(seed, 1)),
		got: map[string]*arrival{}, hits: map[string][]time.Time{}, now: map[string]int{}, most: map[string]int{}, kills: map[string]int{},
		answer: func(string, int, *rand.Rand) answer { return answer{} },
	}
	w.ids = id.NewGenerator(virtual{}, nil)
	w.metrics = telemetry.NewMetrics(nil, "test", virtual{}, nil)
	for i := range w.due {
		w.due[i].at = map[string]int64{}
	}
	return w
}

// virtual is the clock of the bubble.
type virtual struct{}

func (virtual) Now() time.Time { return time.Now().UTC() }

// chance draws what happens in a call: it follows from the seed, what is called and how often that was before.
func (w *world) chance(kind, key string) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for _, s := range [...]string{kind, "/", key} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
	}
	n := w.drawn[h]
	w.drawn[h]++
	return rand.New(rand.NewPCG(w.seed^h, n))
}

// spread is about d, to the nanosecond by chance.
func spread(d time.Duration, r *rand.Rand) time.Duration {
	return d/2 + time.Duration(r.Int64N(int64(d)))
}

// destination makes a destination.
func (w *world) destination(name string, d Destination) string {
	d.ID, d.Status, d.Type, d.Config = name, Active, "model", "{}"
	w.mu.Lock()
	defer w.mu.Unlock()
	w.places[name] = d
	return name
}

// process is one invocation of a function. Once it was killed nothing that it does has an effect.
type process struct {
	*world
	name string
	dead bool
	// skew is how wrong its clock is.
	skew time.Duration
}

var (
	errKilled = errors.New("this process was killed")
	errDown   = errs.New(errs.Overloaded, "It does not answer now.")
)

// Now is the time as the process knows it.
func (p *process) Now() time.Time { return time.Now().Add(p.skew).UTC() }

// call is one thing that a process does to the world outside, at one instant after a time by chance.
func (p *process) call(ctx context.Context, kind, key string, takes time.Duration, do func(r *rand.Rand) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return errKilled
	}
	r := p.chance(kind, key)
	p.mu.Unlock()
	time.Sleep(spread(takes, r))
	p.mu.Lock()
	switch {
	case p.dead:
		return errKilled
	case ctx.Err() != nil:
		return ctx.Err()
	case p.dies(r, "before "+kind):
		return errKilled
	case r.Float64() < p.faults.refuse:
		return errDown
	}
	err := do(r)
	switch {
	case p.dies(r, "after "+kind):
		return errKilled
	case err == nil && r.Float64() < p.faults.lose:
		return errDown
	}
	return err
}

func (p *process) dies(r *rand.Rand, where string) bool {
	// They make fewer calls than workers do; the sweep reads much at once before it sends.
	often := map[string]float64{"publisher": 3, "net": 2, "sweep": 2}
	if p.name == "sweep" && (strings.HasSuffix(where, "send") || strings.HasSuffix(where, "record")) {
		often["sweep"] = 20
	}
	if r.Float64() >= max(often[p.name], 1)*p.faults.kill {
		return false
	}
	p.dead = true
	p.kills[p.name+": "+where]++
	return true
}

// rowsModel keeps deliveries as Rows does.
type rowsModel struct{ *process }

func (m rowsModel) Read(ctx context.Context, s tenant.Scope, deliveryID string) (out Row, err error) {
	err = m.call(ctx, "read", deliveryID, storeTakes, func(*rand.Rand) error {
		found, ok := m.rows[deliveryID]
		if !ok || found.scope != s {
			return errs.New(errs.NotFound, "There is no such resource.")
		}
		out = found.row
		return nil
	})
	return out, err
}

func (m rowsModel) Swap(ctx context.Context, s tenant.Scope, rev int64, next Row, also ...events.Event) (out Row, err error) {
	kind := "record"
	if next.Status == Delivering {
		kind = "claim"
	}
	err = m.call(ctx, kind, next.ID, storeTakes, func(*rand.Rand) error {
		found := m.rows[next.ID].row
		if m.mutant == withoutClaim && !found.Status.Ended() {
			next.Rev = found.Rev
			if next.Status == Delivering {
				out = next
				return nil
			}
			rev = found.Rev
		}
		if found.Rev != rev {
			out = found
			return table.ErrCondition
		}
		next.Rev, next.UpdatedAt = rev+1, ms(m.Now())
		m.put(s, next)
		out = next
		return nil
	})
	return out, err
}

func (m rowsModel) Keep(context.Context, tenant.Scope, string, Attempt) error { return nil }

// put writes a row and holds it to the promise that everything rests on.
func (w *world) put(s tenant.Scope, next Row) {
	w.rows[next.ID] = stored{next, s}
	shard := &w.due[slices.Index(table.DueShards(), cmp.Or(next.DueShard, table.DueShard(next.ID)))]
	shard.coming = append(shard.coming, dueEntry{next.DueAt, next.ID, time.Now().Add(indexLag)})
}

func byDue(a, b dueEntry) int {
	return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.id, b.id))
}

// list is what the index shows: what was written a while ago.
func (d *dueShard) list(until int64, limit int) []string {
	for len(d.coming) > 0 && !d.coming[0].shown.After(time.Now()) {
		c := d.coming[0]
		d.coming = d.coming[1:]
		if old, ok := d.at[c.id]; ok {
			i, _ := slices.BinarySearchFunc(d.entries, dueEntry{due: old, id: c.id}, byDue)
			d.entries = slices.Delete(d.entries, i, i+1)
			delete(d.at, c.id)
		}
		if c.due != 0 {
			i, _ := slices.BinarySearchFunc(d.entries, c, byDue)
			d.entries = slices.Insert(d.entries, i, c)
			d.at[c.id] = c.due
		}
	}
	var out []string
	for _, e := range d.entries {
		if e.due > until || len(out) == limit {
			break
		}
		out = append(out, e.id)
	}
	return out
}

// dueItems is a Sweeper's Due.
func (p *process) dueItems(ctx context.Context, shard string, until time.Time, limit int) (out []DueItem, err error) {
	err = p.call(ctx, "due", shard, storeTakes, func(*rand.Rand) error {
		for _, deliveryID := range p.due[slices.Index(table.DueShards(), shard)].list(until.Unix(), limit) {
			out = append(out, DueItem{p.rows[deliveryID].scope, deliveryID})
		}
		return nil
	})
	return out, err
}

// controlsModel keeps control items as Controls does.
type controlsModel struct{ *process }

func keyOfControl(s tenant.Scope, destination string) string { return s.TenantID() + "#" + destination }

// show is a control item that the holder may change.
func show(c Control) Control {
	c.Slots = maps.Clone(c.Slots)
	c.Breaker.Failures = slices.Clone(c.Breaker.Failures)
	return c
}

func (m controlsModel) Claim(ctx context.Context, s tenant.Scope, destination string, q Claim) (out Control, at time.Time, err error) {
	key := keyOfControl(s, destination)
	err = m.call(ctx, "slots", key, storeTakes, func(*rand.Rand) error {
		c := show(m.items[key])
		if c.Slots == nil {
			c.Slots = map[string]int64{}
		}
		defer func() { out = show(c) }()
		if len(c.Slots)+len(q.Slots) > q.Cap {
			maps.DeleteFunc(c.Slots, func(_ string, until int64) bool { return until <= ms(q.Now) })
		}
		if !q.Probe && (!c.Breaker.allow(q.Now).pass || q.strange(c)) || len(c.Slots)+len(q.Slots) > q.Cap {
			m.items[key] = show(c)
			return errBusy
		}
		from := max(c.Next, q.Now.UnixMicro())
		at = time.UnixMicro(from).UTC()
		c.Next = q.spend(c.Breaker, from)
		for _, slot := range q.Slots {
			c.Slots[slot] = ms(q.Expires)
		}
		m.items[key] = show(c)
		return nil
	})
	return out, at, err
}

func (m controlsModel) Release(ctx context.Context, s tenant.Scope, destination string, slots []string, wins int) error {
	key := keyOfControl(s, destination)
	return m.call(ctx, "release", key, storeTakes, func(*rand.Rand) error {
		c, ok := m.items[key]
		if !ok {
			return nil
		}
		for _, slot := range slots {
			delete(c.Slots, slot)
		}
		c.Wins += int64(wins)
		m.items[key] = c
		return nil
	})
}

func (m controlsModel) Slow(ctx context.Context, s tenant.Scope, destination string, until time.Time) error {
	key := keyOfControl(s, destination)
	return m.call(ctx, "slow", key, storeTakes, func(*rand.Rand) error {
		if c, ok := m.items[key]; ok {
			c.SlowUntil = ms(until)
			m.items[key] = c
		}
		return nil
	})
}

func (m controlsModel) Swap(ctx context.Context, s tenant.Scope, destination string, rev int64, b Breaker) (out Control, err error) {
	key := keyOfControl(s, destination)
	err = m.call(ctx, "breaker", key, storeTakes, func(*rand.Rand) error {
		c, ok := m.items[key]
		defer func() { out = show(c) }()
		if !ok || c.Rev != rev {
			return table.ErrCondition
		}
		c.Breaker, c.Rev = b, rev+1
		m.items[key] = show(c)
		return nil
	})
	return out, err
}

func (m controlsModel) Get(ctx context.Context, s tenant.Scope, destination string) (out Control, err error) {
	key := keyOfControl(s, destination)
	err = m.call(ctx, "control", key, storeTakes, func(*rand.Rand) error {
		out = show(m.items[key])
		return nil
	})
	return out, err
}

// queueModel is a standard queue: at least once, in no strict order, with delays, a visibility timeout and a dead-letter
// queue. Fair says that groups with much in flight are served after others, as AWS documents it for fair queues.
type queueModel struct {
	fair    bool
	seq     int
	hidden  hiddenHeap
	visible map[string][]*message
	groups  []string
	ready   int
	flying  map[string]int
	inAir   int
	live    int
	dead    []*message
}

type message struct {
	seq      int
	group    string
	scope    tenant.Scope
	ticket   Ticket
	at       time.Time
	receives int
	flying   bool
	deleted  bool
}

type hiddenHeap []*message

func (h hiddenHeap) Len() int { return len(h) }
func (h hiddenHeap) Less(i, j int) bool {
	return h[i].at.Before(h[j].at) || h[i].at.Equal(h[j].at) && h[i].seq < h[j].seq
}
func (h hiddenHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *hiddenHeap) Push(x any)   { *h = append(*h, x.(*message)) }
func (h *hiddenHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func newQueueModel() *queueModel {
	return &queueModel{visible: map[string][]*message{}, flying: map[string]int{}}
}

func (q *queueModel) send(s tenant.Scope, m queue.Message) {
	t, ok := m.Body.(Ticket)
	if !ok {
		t = m.Body.(queue.Traced).Body.(Ticket)
	}
	q.seq++
	q.live++
	heap.Push(&q.hidden, &message{seq: q.seq, group: s.TenantID(), scope: s, ticket: t, at: time.Now().Add(m.Delay)})
}

// settle makes visible what is due.
func (q *queueModel) settle() {
	for len(q.hidden) > 0 && !q.hidden[0].at.After(time.Now()) {
		m := heap.Pop(&q.hidden).(*message)
		q.lands(m)
		if m.deleted {
			continue
		}
		if q.visible[m.group] == nil {
			i, _ := slices.BinarySearch(q.groups, m.group)
			q.groups = slices.Insert(q.groups, i, m.group)
		}
		q.visible[m.group] = append(q.visible[m.group], m)
		q.ready++
	}
}

func (q *queueModel) lands(m *message) {
	if m.flying {
		m.flying = false
		q.flying[m.group]--
		q.inAir--
	}
}

// The bounds from which on a group is noisy.
const (
	noisyFrom  = 30
	noisyShare = 0.1
)

func (q *queueModel) noisy(group string) bool {
	n := q.flying[group]
	return q.fair && n >= noisyFrom && float64(n) > noisyShare*float64(q.inAir)
}

// next takes the message that waits longest, of groups that are not noisy if there are any.
func (q *queueModel) next() *message {
	best := -1
	var noise bool
	for i, g := range q.groups {
		loud := q.noisy(g)
		if best < 0 || noise && !loud || noise == loud && q.older(g, q.groups[best]) {
			best, noise = i, loud
		}
	}
	if best < 0 {
		return nil
	}
	g := q.groups[best]
	m := q.visible[g][0]
	q.visible[g] = q.visible[g][1:]
	q.ready--
	if len(q.visible[g]) == 0 {
		delete(q.visible, g)
		q.groups = slices.Delete(q.groups, best, best+1)
	}
	return m
}

func (q *queueModel) older(a, b string) bool {
	x, y := q.visible[a][0], q.visible[b][0]
	return x.at.Before(y.at) || x.at.Equal(y.at) && x.seq < y.seq
}

// receive takes a batch. No message is twice in it: the rapid machine has that case.
func (w *world) receive(most int) []*message {
	q := w.queue
	q.settle()
	var out []*message
	for len(out) < most && q.ready > 0 {
		m := q.next()
		if m.deleted {
			continue
		}
		if m.receives >= maxReceive {
			q.dead = append(q.dead, m)
			q.live--
			m.deleted = true
			continue
		}
		m.receives++
		m.at = time.Now().Add(visibility)
		if r := w.chance("twice", strconv.Itoa(m.seq)); r.Float64() < w.faults.twice {
			m.at = time.Now().Add(spread(30*time.Millisecond, r))
			m.receives--
		} else {
			m.flying = true
			q.flying[m.group]++
			q.inAir++
		}
		heap.Push(&q.hidden, m)
		out = append(out, m)
	}
	return out
}

func (q *queueModel) delete(m *message) {
	if !m.deleted {
		m.deleted = true
		q.live--
	}
	q.lands(m)
}

// SendAll is a Sender's: ten messages a call, of which some may be refused.
func (p *process) SendAll(ctx context.Context, s tenant.Scope, messages []queue.Message) error {
	for part := range slices.Chunk(messages, 10) {
		t, ok := part[0].Body.(Ticket)
		if !ok {
			t = part[0].Body.(queue.Traced).Body.(Ticket)
		}
		err := p.call(ctx, "send", t.ID(s), storeTakes, func(r *rand.Rand) error {
			if p.faults.queueDown {
				return errDown
			}
			failed := false
			for _, m := range part {
				if len(part) > 1 && r.Float64() < p.faults.refuse {
					failed = true
					continue
				}
				p.sent++
				p.queue.send(s, m)
			}
			if failed {
				return errDown
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// receiver is a kind of destination whose receivers are the model's.
type receiver struct{ *process }

func (receiver) Name() string       { return "model" }
func (receiver) Keyed() bool        { return false }
func (k receiver) Defaults() Limits { return k.limits }
func (receiver) Check(json.RawMessage, Secret) (json.RawMessage, Secret, error) {
	return nil, nil, nil
}

func (k receiver) Send(ctx context.Context, to Target, m Message) Result {
	var a answer
	k.mu.Lock()
	n := len(k.hits[to.ID])
	k.mu.Unlock()
	err := k.call(ctx, "request", m.ID, storeTakes, func(r *rand.Rand) error {
		n = len(k.hits[to.ID])
		k.hits[to.ID] = append(k.hits[to.ID], time.Now())
		k.now[to.ID]++
		k.most[to.ID] = max(k.most[to.ID], k.now[to.ID])
		a = k.answer(to.ID, n, r)
		k.arrives(to.ID, m, a)
		return nil
	})
	if errors.Is(err, errKilled) || errors.Is(err, errDown) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.now[to.ID] = max(k.now[to.ID]-1, 0)
		return Result{Class: Retryable, Code: "network", Unwell: true}
	}
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.now[to.ID]--
	}()
	switch {
	case a.hang:
		<-ctx.Done()
		return Result{Class: Retryable, Code: "timeout", Unwell: true}
	case a.refuse:
		return Result{Class: Retryable, Code: "refused", Unwell: true}
	}
	k.mu.Lock()
	r := k.chance("answer", m.ID)
	k.mu.Unlock()
	time.Sleep(spread(cmp.Or(a.takes, answerTakes), r))
	switch {
	case a.drop:
		return Result{Class: Retryable, Code: "network", Unwell: true}
	case a.status == 0 || a.status == 200:
		return Result{Class: Delivered, Status: 200}
	case a.status == 429 || a.status >= 500:
		return Result{Class: Retryable, Code: "http_" + strconv.Itoa(a.status), Status: a.status, RetryAfter: a.retryAfter, Unwell: true}
	case a.status == 409:
		return Result{Class: Retryable, Code: "http_409", Status: a.status, RetryAfter: a.retryAfter}
	case a.status == 410:
		return Result{Class: Gone, Code: "http_410", Status: a.status}
	}
	return Result{Class: Permanent, Code: "http_" + strconv.Itoa(a.status), Status: a.status}
}

// arrives holds a request to what it should be, and counts it if the receiver did what it asks for.
func (w *world) arrives(destination string, m Message, a answer) {
	row, ok := w.rows[m.ID]
	body := string(m.Data) + m.Event.ID + m.Event.Type + m.Event.Time
	got := w.got[m.ID]
	if got == nil {
		got = &arrival{body: body, first: time.Since(time.UnixMilli(0))}
		got.lag = time.Since(id.Time(m.Event.ID))
		w.got[m.ID] = got
	}
	got.requests++
	switch {
	case w.mutant != withoutClaim && (!ok || row.row.Destination != destination):
		w.wrong = append(w.wrong, "delivery "+m.ID+" reached "+destination)
	case got.body != body || w.known[m.Event.ID].Data != string(m.Data):
		w.wrong = append(w.wrong, "delivery "+m.ID+" has another body")
	}
	if a.drop || !a.hang && !a.refuse && (a.status == 0 || a.status == 200) {
		got.taken++
		if a.drop {
			w.dropped++
		}
	}
}

// worker is the production worker of one invocation.
func (p *process) worker() *Worker {
	return NewWorker(Parts{
		Rows: rowsModel{p}, Controls: controlsModel{p}, Queue: p, Kinds: []Kind{receiver{p}},
		Destination: func(_ context.Context, _ tenant.Scope, name string) (Destination, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			d, ok := p.places[name]
			if !ok {
				return d, errs.New(errs.NotFound, "There is no such resource.")
			}
			return d, nil
		},
		Open: func(_ context.Context, _ tenant.Scope, d Destination, _ time.Time) (Target, error) {
			return Target{ID: d.ID}, nil
		},
		Disable: func(ctx context.Context, _ tenant.Scope, d Destination, reason string) error {
			return p.call(ctx, "disable", d.ID, storeTakes, func(*rand.Rand) error {
				d.Status, d.DisabledReason = Disabled, reason
				p.places[d.ID] = d
				return nil
			})
		},
		Event: func(ctx context.Context, _ tenant.Scope, eventID string) (out outbox.Row, err error) {
			err = p.call(ctx, "event", eventID, storeTakes, func(*rand.Rand) error {
				var ok bool
				if out, ok = p.known[eventID]; !ok {
					return errs.New(errs.NotFound, "There is no such resource.")
				}
				return nil
			})
			return out, err
		},
		Plan: func(context.Context, tenant.Scope, string, int, string) (Plan, error) { return p.plan, nil },
		Tell: func(_ context.Context, _ tenant.Scope, e events.Event) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.told = append(p.told, e)
			return nil
		},
		Redact: func(_ context.Context, b []byte) string { return string(b) },
		Clock:  p, IDs: p.ids, Random: p.uniform, Metrics: p.metrics, Log: slog.New(slog.DiscardHandler),
	})
}

func (w *world) uniform() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.Float64()
}

func (p *process) dispatcher() *Dispatcher {
	return &Dispatcher{
		Match: func(_ context.Context, s tenant.Scope, e outbox.Row) ([]Want, error) { return p.match(s, e), nil },
		Queue: p, Rows: rowsModel{p}, Clock: p, Metrics: p.metrics,
	}
}

func (p *process) sweeper() *Sweeper {
	return &Sweeper{Due: p.dueItems, Rows: rowsModel{p}, Controls: controlsModel{p}, Queue: p, Clock: p, Random: p.uniform}
}

// publish commits events and dispatches them, as a request does.
func (p *process) publish(ctx context.Context, s tenant.Scope, list ...outbox.Row) {
	for _, e := range list {
		err := p.call(ctx, "commit", e.ID, storeTakes, func(*rand.Rand) error {
			p.known[e.ID] = e
			p.events = append(p.events, committed{e, s, time.Now()})
			return nil
		})
		if err != nil {
			return // the caller is told that it was not accepted, or nothing
		}
	}
	_ = p.dispatcher().Dispatch(ctx, s, list...) // the net finds what was not sent
}

// tenantOf is the i-th tenant.
func tenantOf(i int) tenant.Scope { return scope.Mint("ten_" + strconv.Itoa(i)) }

// event is the i-th event.
func (w *world) event(i int) outbox.Row {
	now := time.Now().UTC()
	return outbox.Row{
		ID: id.Derived(id.Event, now, []byte(strconv.Itoa(i))), Source: "test", Type: "orders.order.created", Version: 1, Subject: strconv.Itoa(i),
		Time: now.Format(time.RFC3339Nano), Data: `{"n":` + strconv.Itoa(i) + `}`,
	}
}

// system runs the functions of the system on the world until it is stopped: workers of the queue, the net and the sweep.
type system struct {
	*world
	workers int
	// skew is how wrong the next process's clock is.
	skew func() time.Duration

	running int
	seq     int
	stopped bool
	active  time.Time
	done    sync.WaitGroup
	// shards are how far the net has come, and how many of a shard's events it took.
	shards [4]int
}

// tick is how often the mapping of the queue looks for messages.
const tick = 5 * time.Millisecond

func run(w *world, workers int) *system {
	y := &system{world: w, workers: workers}
	y.done.Go(y.poll)
	y.done.Go(y.sweeps)
	if w.mutant != withoutNet {
		for i := range y.shards {
			y.done.Go(func() { y.net(i) })
		}
	}
	return y
}

func (y *system) process(name string) *process {
	p := &process{world: y.world, name: name}
	if y.skew != nil {
		p.skew = y.skew()
	}
	return p
}

func (y *system) over() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.stopped
}

// stop ends everything that is not under way.
func (y *system) stop() {
	y.mu.Lock()
	y.stopped = true
	y.mu.Unlock()
	y.done.Wait()
}

// poll is the event source mapping of the queue of deliveries.
func (y *system) poll() {
	for !y.over() {
		y.mu.Lock()
		for y.running < y.workers {
			// One receive asks some of a queue's servers, and gets less than there is.
			batch := y.receive(1 + y.chance("receive", "").IntN(10))
			if len(batch) == 0 {
				break
			}
			y.active = time.Now()
			y.running++
			y.seq++
			wait := spread(time.Millisecond, y.chance("start", strconv.Itoa(y.seq)))
			y.done.Go(func() {
				time.Sleep(wait)
				y.work(batch)
				y.mu.Lock()
				y.running--
				y.mu.Unlock()
			})
		}
		wait := tick
		if y.running == 0 && time.Since(y.active) > 10*time.Second {
			wait = 200 * tick
		}
		y.mu.Unlock()
		time.Sleep(wait)
	}
}

// work is one invocation, and the deletion of what it finished.
func (y *system) work(batch []*message) {
	p := y.process("worker")
	ctx, cancel := context.WithTimeout(context.Background(), 35*time.Second)
	defer cancel()
	if y.skew != nil {
		ctx = context.WithoutCancel(ctx) // its deadline is of another clock
	}
	if y.mutant == deleteFirst {
		y.mu.Lock()
		for _, m := range batch {
			y.queue.delete(m)
		}
		y.mu.Unlock()
	}
	jobs := make([]Job, len(batch))
	for i, m := range batch {
		jobs[i] = Job{Scope: m.scope, Ticket: m.ticket}
	}
	failed := p.worker().Handle(ctx, jobs)
	_ = p.call(context.Background(), "delete", strconv.Itoa(batch[0].seq), storeTakes, func(*rand.Rand) error {
		for i, m := range batch {
			if failed[i] == nil {
				y.queue.delete(m)
			}
		}
		return nil
	})
}

// sweeps is the schedule of the sweep.
func (y *system) sweeps() {
	for next := time.Now(); !y.over(); {
		next = next.Add(time.Minute + 7919*time.Nanosecond)
		time.Sleep(time.Until(next))
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		if y.skew != nil {
			ctx = context.WithoutCancel(ctx)
		}
		_ = y.process("sweep").sweeper().Sweep(ctx) // the next one comes in a minute
		cancel()
	}
}

// net is the stream's function on one shard: what failed is tried again.
func (y *system) net(shard int) {
	time.Sleep(time.Duration(shard) * 104729)
	for !y.over() {
		time.Sleep(5 * time.Second)
		for {
			y.mu.Lock()
			var batch []committed
			at := y.shards[shard]
			for ; at < len(y.events) && len(batch) < 100 && time.Since(y.events[at].at) > time.Second; at++ {
				if at%len(y.shards) == shard {
					batch = append(batch, y.events[at])
				}
			}
			y.mu.Unlock()
			if len(batch) == 0 {
				break
			}
			p := y.process("net")
			var err error
			for _, e := range batch {
				if _, err = p.dispatcher().Resend(context.Background(), e.scope, e.row); err != nil {
					break
				}
			}
			if err != nil {
				break
			}
			y.mu.Lock()
			y.shards[shard] = at
			y.mu.Unlock()
		}
	}
}

// idle reports whether nothing is left to do: no message, no delivery under way, no event that the net has not seen.
func (y *system) idle() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.queue.live > 0 || y.running > 0 {
		return false
	}
	if y.mutant != withoutNet {
		for i, at := range y.shards {
			for ; at < len(y.events); at++ {
				if at%len(y.shards) == i {
					return false
				}
			}
		}
	}
	for _, r := range y.rows {
		if !r.row.Status.Ended() {
			return false
		}
	}
	return true
}

// drain waits until nothing is left to do, for so long at most.
func (y *system) drain(most time.Duration) bool {
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(10 * time.Second) {
		if y.idle() {
			return true
		}
	}
	return false
}

// findings are what the checker finds in the history.
type findings struct {
	events, deliveries, requests int
	lost, stuck, poison          int
	// twice are deliveries that were taken again; dropped is how often the answer to one that was taken was lost.
	twice, dropped int
	wrong          []string
	kills          int
}

// clean reports whether nothing is wrong but repeats.
func (f findings) clean() bool {
	return f.lost == 0 && f.stuck == 0 && f.poison == 0 && len(f.wrong) == 0
}

// check holds the history to what was promised: every committed event at every receiver that its rules name, nothing at
// others, repeats the same.
func (w *world) check() findings {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := findings{events: len(w.events), dropped: w.dropped, poison: len(w.queue.dead), wrong: w.wrong}
	wanted := map[string]bool{}
	for _, e := range w.events {
		for _, want := range w.match(e.scope, e.row) {
			deliveryID := IDOf(e.scope, e.row.ID, want.Rule, want.Destination)
			wanted[deliveryID] = true
			f.deliveries++
			switch got := w.got[deliveryID]; {
			case got == nil || got.taken == 0:
				f.lost++
			default:
				f.twice += got.taken - 1
			}
		}
	}
	for deliveryID, got := range w.got {
		f.requests += got.requests
		if !wanted[deliveryID] {
			f.wrong = append(f.wrong, "nobody asked for delivery "+deliveryID)
		}
	}
	for deliveryID, r := range w.rows {
		if !r.row.Status.Ended() {
			f.stuck++
		}
		for i, a := range r.row.Attempts {
			if i > 0 && a.Number != r.row.Attempts[i-1].Number+1 {
				f.wrong = append(f.wrong, "the attempts of "+deliveryID+" have gaps")
			}
		}
	}
	for _, n := range w.kills {
		f.kills += n
	}
	return f
}
