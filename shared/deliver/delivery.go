package deliver

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Status is the state of a delivery as tenants see it.
type Status string

// The states. Delivered, Dead and Cancelled are ends; a dead delivery can be retried by hand.
const (
	// Pending waits for its next attempt.
	Pending Status = "pending"
	// Delivering is being attempted, by whoever holds the lease.
	Delivering Status = "delivering"
	// Parked waits for its destination to be well again.
	Parked    Status = "parked"
	Done      Status = "delivered"
	Dead      Status = "dead"
	Cancelled Status = "cancelled"
)

// Statuses lists the states.
func Statuses() []Status { return []Status{Pending, Delivering, Done, Parked, Dead, Cancelled} }

// Ended reports whether nothing happens to the delivery by itself any more.
func (s Status) Ended() bool { return s == Done || s == Dead || s == Cancelled }

// Row is a delivery: what is to be sent where, and how far that is. Times are Unix milliseconds, DueAt is in seconds.
type Row struct {
	ID string `dynamodbav:"id"`
	// Rev counts the writes, Writer marks the last one: a writer knows its own again.
	Rev    int64  `dynamodbav:"rev"`
	Writer string `dynamodbav:"writer"`

	// Event is the event's row, EventID what tenants call it. Rule is empty for what no rule asked for: tests, and
	// the addresses that callers give with a job.
	Event       string `dynamodbav:"event"`
	EventID     string `dynamodbav:"event_id"`
	EventType   string `dynamodbav:"event_type"`
	Rule        string `dynamodbav:"rule,omitempty"`
	RuleVersion int    `dynamodbav:"rule_version,omitempty"`
	Destination string `dynamodbav:"destination"`
	// Depth is the event's.
	Depth int `dynamodbav:"depth,omitempty"`

	Status Status `dynamodbav:"status"`
	// Attempt is the number of the attempt that is made or comes next. Base is how many had been made when the delivery
	// was last begun by hand: the retry policy counts from there, and so does FirstAt.
	Attempt int   `dynamodbav:"attempt"`
	Base    int   `dynamodbav:"base,omitempty"`
	FirstAt int64 `dynamodbav:"first_at,omitempty"`
	// BegunAt is when that was.
	BegunAt int64 `dynamodbav:"begun_at,omitempty"`
	// Owner attempts the delivery until LeaseUntil, while it is Delivering.
	Owner      string `dynamodbav:"owner,omitempty"`
	LeaseUntil int64  `dynamodbav:"lease_until,omitempty"`
	// NotBefore is when the next attempt may begin.
	NotBefore int64 `dynamodbav:"not_before,omitempty"`
	// Turn, Asked and Waits are those of the message that the row waits in place of.
	Turn  int64 `dynamodbav:"turn,omitempty"`
	Asked int64 `dynamodbav:"asked,omitempty"`
	Waits int   `dynamodbav:"waits,omitempty"`
	// DueShard and DueAt put the delivery where the sweep finds it, if its message is lost or there is none.
	DueShard string `dynamodbav:"due_shard,omitempty"`
	DueAt    int64  `dynamodbav:"due_at,omitempty"`
	// State lists the delivery by its status, where that is not the usual one.
	State string `dynamodbav:"state_pk,omitempty"`
	// Quiet says that the delivery's end is recorded and nothing more: nobody is told, and no replay takes it by itself.
	Quiet bool `dynamodbav:"quiet,omitempty"`
	// Reason is the code of the last failure, or why the delivery ended.
	Reason   string    `dynamodbav:"reason,omitempty"`
	Attempts []Attempt `dynamodbav:"attempts,omitempty"`

	CreatedAt int64  `dynamodbav:"created_at"`
	UpdatedAt int64  `dynamodbav:"updated_at"`
	Trace     string `dynamodbav:"traceparent,omitempty"`
	TTL       int64  `dynamodbav:"ttl"`
}

// Attempt is one try of a delivery.
type Attempt struct {
	Number int `dynamodbav:"n"`
	// At is in Unix milliseconds, Took in milliseconds.
	At     int64             `dynamodbav:"at"`
	Took   int64             `dynamodbav:"took"`
	Status int               `dynamodbav:"status,omitempty"`
	Code   string            `dynamodbav:"code,omitempty"`
	Sent   map[string]string `dynamodbav:"sent,omitempty"`
	// Response is the beginning of the answer, with personal data and secrets redacted. More says that it is longer in the
	// attempt's own item.
	Response string `dynamodbav:"response,omitempty"`
	More     bool   `dynamodbav:"more,omitempty"`
}

const (
	// keptAttempts is how many attempts a row shows, the last ones.
	keptAttempts = 20
	// keptResponse is how much of a response a row keeps, in bytes.
	keptResponse = 512
	// keepFor is how long an ended delivery is kept. As long, the same event is not delivered again by mistake.
	keepFor = 30 * 24 * time.Hour
	// openFor is longer than any delivery is under way.
	openFor = 90 * 24 * time.Hour
)

// Ticket asks for one attempt of a delivery: the message on the queue.
type Ticket struct {
	V           int    `json:"v"`
	Event       string `json:"event"`
	Rule        string `json:"rule,omitempty"`
	RuleVersion int    `json:"rule_version,omitempty"`
	Destination string `json:"destination"`
	// Attempt is the number of the attempt that is asked for: others have been made, or are not yet to be.
	Attempt int `json:"attempt"`
	// Turn is when the destination's rate lets this attempt begin, and Asked when it said so, in Unix milliseconds; 0 if it
	// has not been asked.
	Turn  int64 `json:"turn,omitempty"`
	Asked int64 `json:"asked,omitempty"`
	// Wake says that there is something to do for a destination that wants its events in order, and names no delivery.
	Wake bool `json:"wake,omitempty"`
	// Waits is how often all attempts of the destination were found under way.
	Waits int `json:"waits,omitempty"`
	// Spare says that another message may ask for the same.
	Spare bool `json:"spare,omitempty"`
	// Row is the event, if it is small enough to travel along.
	Row *outbox.Row `json:"row,omitempty"`
}

// ticketVersion is of the messages that this code writes and reads.
const ticketVersion = 1

// First asks for the first attempt of a delivery of an event.
func First(e outbox.Row, rule string, ruleVersion int, destination string) Ticket {
	t := Ticket{V: ticketVersion, Event: e.ID, Rule: rule, RuleVersion: ruleVersion, Destination: destination, Attempt: 1}
	if e.Small() {
		t.Row = &e
	}
	return t
}

// waited is how long the ticket's turn made it wait, 0 if it had it at once.
func (t Ticket) waited() time.Duration {
	if d := fromMS(t.Turn).Sub(fromMS(t.Asked)); t.Turn != 0 && d > ahead {
		return d
	}
	return 0
}

// Ticket asks for the delivery's next attempt.
func (r Row) Ticket() Ticket {
	return Ticket{
		V: ticketVersion, Event: r.Event, Rule: r.Rule, RuleVersion: r.RuleVersion, Destination: r.Destination, Attempt: r.Attempt,
		Turn: r.Turn, Asked: r.Asked, Waits: r.Waits,
	}
}

// ID is the id of the delivery that the ticket is for.
func (t Ticket) ID(s tenant.Scope) string { return IDOf(s, t.Event, t.Rule, t.Destination) }

const (
	timeLen  = 10
	alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	shards   = 16
)

// IDOf is the id of the delivery of an event to a destination by a rule: however often it is asked for, there is one. It
// begins with the event's time, then names the partition, which all deliveries of an event share.
func IDOf(s tenant.Scope, event, rule, destination string) string {
	_, body, _ := strings.Cut(event, "_")
	if len(body) < timeLen {
		body = strings.Repeat("0", timeLen)
	}
	sum := sha256.Sum256([]byte(s.TenantID() + "\x00" + event + "\x00" + rule + "\x00" + destination))
	hash := base32.NewEncoding(alphabet).WithPadding(base32.NoPadding).EncodeToString(sum[:])
	return string(id.Delivery) + "_" + body[:timeLen] + shardOf(event) + hash[:15]
}

// shardOf spreads events over the partitions of deliveries.
func shardOf(event string) string {
	sum := sha256.Sum256([]byte(event))
	return string(alphabet[sum[0]%shards])
}

// Shards lists the partitions over which a tenant's deliveries are spread.
func Shards() []string { return strings.Split(alphabet[:shards], "") }

// Shard is the partition that a delivery's id names.
func Shard(deliveryID string) string {
	at := len(string(id.Delivery)) + 1 + timeLen
	if len(deliveryID) <= at {
		return alphabet[:1]
	}
	return deliveryID[at : at+1]
}

// KeyOf is where a delivery is.
func KeyOf(deliveryID string) table.Key {
	return table.Key{Part: table.DeliveryPart(Shard(deliveryID)), Sort: deliveryID}
}

// OfEvent is where all deliveries of an event are: their partition, and how their ids begin. Other events of the same
// millisecond may be there too.
func OfEvent(event string) (shard, prefix string) {
	_, body, _ := strings.Cut(event, "_")
	return shardOf(event), string(id.Delivery) + "_" + body[:min(len(body), timeLen)] + shardOf(event)
}

// UnderWay reports whether somebody attempts the delivery now.
func (r Row) UnderWay(now time.Time) bool {
	return r.Status == Delivering && fromMS(r.LeaseUntil).After(now)
}

// Made is how many attempts have been made.
func (r Row) Made() int {
	if n := len(r.Attempts); n > 0 {
		return r.Attempts[n-1].Number
	}
	return 0
}

// Next is when the next attempt may begin, and false if none is planned.
func (r Row) Next() (time.Time, bool) {
	switch r.Status {
	case Pending, Parked:
		return fromMS(max(r.NotBefore, r.UpdatedAt)), true
	case Delivering, Done, Dead, Cancelled:
	}
	return time.Time{}, false
}
