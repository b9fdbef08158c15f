package deliver

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guardrails/shared/outbox"
)

// machine is one delivery, its messages and the workers who have one in their hands, each as far as rapid let it come.
// Every step is one write, as in the store: whoever is not let on any more was killed.
type machine struct {
	now     time.Time
	first   Ticket
	row     *Row // nil before it is written
	queue   []note
	hands   []*hand
	seq     int
	outcome map[int]string // what came of each attempt
	claims  map[int][]claimed
	swept   *Row // what the sweep read, before it sent and wrote
}

// note is a message on the queue. It is hidden until at.
type note struct {
	seq    int
	ticket Ticket
	at     time.Time
}

// hand is a worker with a message in its hands.
type hand struct {
	note  note
	owner string
	// stage is what it does next.
	stage  stage
	number int
	// send is the message of the next attempt that it owes.
	send  *note
	lease time.Time
}

type stage int

const (
	claims stage = iota
	records
	sends
	deletes
	over
)

type claimed struct {
	owner       string
	from, until time.Time
}

const machineLease = 25 * time.Second

func newMachine() *machine {
	m := &machine{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), outcome: map[int]string{}, claims: map[int][]claimed{}}
	m.first = First(outbox.Row{ID: "evt_01jd3zk8q4x5v6w7y8z9a0b1c2", Data: "{}"}, "rul_1", 1, "dst_1")
	m.send(m.first, 0)
	return m
}

func (m *machine) send(t Ticket, delay time.Duration) {
	m.seq++
	m.queue = append(m.queue, note{m.seq, t, m.now.Add(delay.Truncate(time.Second))})
}

func (m *machine) current() Row {
	if m.row == nil {
		return begin(tenantOf(0), m.first, outbox.Row{ID: m.first.Event}, m.now)
	}
	return *m.row
}

func (m *machine) write(r Row) {
	r.Rev++
	m.row = &r
}

// delete removes a message, also one that others hold: the handle of any receive may do that.
func (m *machine) delete(seq int) {
	m.queue = slices.DeleteFunc(m.queue, func(n note) bool { return n.seq == seq })
}

// receive gives a visible message to a worker; hide is for how long others do not get it.
func (m *machine) receive(i int, hide time.Duration) {
	m.queue[i].at = m.now.Add(hide)
	m.hands = append(m.hands, &hand{note: m.queue[i], owner: fmt.Sprintf("owner%d", len(m.hands))})
}

// step lets a worker do its next thing.
func (m *machine) step(t *rapid.T, h *hand, what string) {
	now := m.now
	switch h.stage {
	case claims:
		h.stage = deletes
		row := m.current()
		switch what {
		case "park":
			if next := park(row, h.note.ticket, now, now.Add(30*time.Second)); !row.stale(h.note.ticket) {
				m.write(next)
			}
			return
		case "postpone":
			ticket := h.note.ticket
			near := m.seq%2 == 0
			next, waits := postpone(row, ticket, now, now.Add(time.Minute), near)
			if waits || next.DueAt != row.DueAt {
				m.write(next)
			}
			if waits && near {
				h.send, h.stage = &note{ticket: ticket, at: now.Add(time.Minute)}, sends
			}
			return
		}
		next, v := claim(row, h.note.ticket, now, h.owner, machineLease)
		if v == attempt {
			h.number, h.stage, h.lease = next.Attempt, records, fromMS(next.LeaseUntil)
			for _, c := range m.claims[next.Attempt] {
				// Of claims that were canceled by hand meanwhile the row has another owner.
				if c.until.After(now) && m.outcome[next.Attempt] == "" && row.Status == Delivering && c.owner == row.Owner {
					t.Fatalf("attempt %d of %s has a second owner while the lease of the first lasts", next.Attempt, c.owner)
				}
			}
			m.claims[next.Attempt] = append(m.claims[next.Attempt], claimed{h.owner, now, h.lease})
		}
		if v == attempt || next.DueAt != row.DueAt {
			m.write(next)
		}
	case records:
		h.stage = deletes
		row := m.current()
		if !row.owns(h.owner, h.number) {
			return
		}
		if row.Owner != h.owner || row.Attempt != h.number {
			t.Fatalf("%s records attempt %d over %+v", h.owner, h.number, row)
		}
		a := Attempt{Number: h.number, Code: what}
		if what == "succeed" {
			m.outcome[h.number] = what
			m.write(succeed(row, a, now))
			return
		}
		delay, retry := map[string]time.Duration{"fail": 3 * time.Second, "fail for long": time.Hour}[what], what != "fail for good"
		s := fail(row, a, now, delay, retry)
		m.outcome[h.number] = what
		m.write(s.row)
		if s.again > 0 {
			h.send, h.stage = &note{ticket: s.row.Ticket(), at: now.Add(s.again)}, sends
		}
	case sends:
		m.seq++
		h.send.seq = m.seq
		m.queue = append(m.queue, *h.send)
		h.stage = deletes
	case deletes:
		m.delete(h.note.seq)
		h.stage = over
	case over:
	}
}

// check holds the delivery to the promise that everything rests on.
func (m *machine) check(t *rapid.T) {
	if m.row == nil {
		if len(m.queue) == 0 {
			t.Fatal("the delivery was never begun and its message is gone")
		}
		return
	}
	r := *m.row
	useful := slices.ContainsFunc(m.queue, func(n note) bool { return n.ticket.Attempt == r.Attempt })
	if !r.Status.Ended() && r.DueAt == 0 && !useful {
		t.Fatalf("neither a message nor the index has it: %+v", r)
	}
	if r.Status.Ended() && r.DueAt != 0 {
		t.Fatalf("it has ended and is due: %+v", r)
	}
	if (r.DueAt == 0) != (r.DueShard == "") {
		t.Fatalf("half in the index: %+v", r)
	}
	if (r.Status == Delivering) != (r.Owner != "") || (r.Status == Delivering) != (r.LeaseUntil != 0) {
		t.Fatalf("an owner without an attempt, or the other way round: %+v", r)
	}
	for i, a := range r.Attempts {
		if i > 0 && a.Number != r.Attempts[i-1].Number+1 {
			t.Fatalf("the attempts have gaps: %+v", r.Attempts)
		}
	}
	if n := len(r.Attempts); n > 0 && r.Attempts[n-1].Number != r.Attempt && r.Attempts[n-1].Number != r.Attempt-1 {
		t.Fatalf("attempt %d comes after %d", r.Attempt, r.Attempts[n-1].Number)
	}
}

func (m *machine) visible() (out []int) {
	for i, n := range m.queue {
		if !n.at.After(m.now) {
			out = append(out, i)
		}
	}
	return out
}

func (m *machine) busy() (out []*hand) {
	for _, h := range m.hands {
		if h.stage != over {
			out = append(out, h)
		}
	}
	return out
}

// sweepReads, sweepSends and sweepWrites are the three steps of the sweep.
func (m *machine) sweepReads() {
	if m.row == nil || m.row.DueAt == 0 {
		return
	}
	r := *m.row
	m.swept = &r
	if _, send := sweep(r, m.now); send {
		ticket := r.Ticket()
		ticket.Spare = true
		m.send(ticket, max(fromMS(r.NotBefore).Sub(m.now), 0))
	}
}

func (m *machine) sweepWrites() {
	if m.swept == nil {
		return
	}
	next, _ := sweep(*m.swept, m.now)
	if next.DueAt != m.swept.DueAt && m.row.Rev == m.swept.Rev {
		m.write(next)
	}
	m.swept = nil
}

func TestDeliveryMachine(t *testing.T) {
	t.Parallel()
	rounds := 40 // of a hundred each: some defects show once in thousands
	if small() {
		rounds = 5
	}
	for range rounds {
		rapid.Check(t, lives)
	}
}

// lives is any life of a delivery.
func lives(t *rapid.T) {
	m := newMachine()
	t.Repeat(map[string]func(*rapid.T){
		"time": func(t *rapid.T) {
			m.now = m.now.Add(rapid.SampledFrom([]time.Duration{time.Second, 10 * time.Second, machineLease, 4 * time.Minute, 10 * time.Minute, 2 * time.Hour, -time.Minute}).Draw(t, "by"))
		},
		"receive": func(t *rapid.T) {
			if list := m.visible(); len(list) > 0 {
				hide := rapid.SampledFrom([]time.Duration{210 * time.Second, 210 * time.Second, 0}).Draw(t, "hide")
				m.receive(rapid.SampledFrom(list).Draw(t, "message"), hide)
			}
		},
		"step": func(t *rapid.T) {
			list := m.busy()
			if len(list) == 0 {
				t.Skip("nobody works")
			}
			h := rapid.SampledFrom(list).Draw(t, "worker")
			what := map[stage][]string{
				claims: {"claim", "claim", "claim", "park", "postpone"}, records: {"succeed", "fail", "fail", "fail for long", "fail for good"},
			}[h.stage]
			if what == nil {
				what = []string{"go on"}
			}
			m.step(t, h, rapid.SampledFrom(what).Draw(t, "what"))
		},
		"sweep":        func(*rapid.T) { m.sweepReads() },
		"sweep writes": func(*rapid.T) { m.sweepWrites() },
		"cancel": func(t *rapid.T) {
			if m.row != nil && rapid.IntRange(0, 9).Draw(t, "cancel") == 0 {
				m.write(cancel(*m.row, "cancelled", m.now))
			}
		},
		"retry by hand": func(t *rapid.T) {
			if m.row == nil || rapid.IntRange(0, 3).Draw(t, "retry") != 0 {
				return
			}
			before := *m.row
			if next, ok := again(before, m.now); ok {
				delete(m.outcome, next.Attempt)
				m.write(next)
				m.send(next.Ticket(), 0)
			} else if before.Status != Delivering {
				t.Fatal("it cannot be retried")
			}
		},
		"": m.check,
	})
	// From here on nothing fails and nobody is killed: it comes to its end.
	m.hands = nil
	for range 100 {
		if m.row != nil && m.row.Status.Ended() {
			return
		}
		m.now = m.now.Add(5 * time.Minute)
		m.sweepReads()
		m.sweepWrites()
		for len(m.visible()) > 0 {
			m.receive(m.visible()[0], 210*time.Second)
			h := m.hands[len(m.hands)-1]
			for h.stage != over {
				m.step(t, h, "succeed")
			}
			m.check(t)
		}
	}
	t.Fatalf("it is stuck: %+v, %d messages", m.row, len(m.queue))
}
