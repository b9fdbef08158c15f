package deliver

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/errs"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Control is the item of a destination that all workers share: its breaker, its rate and who is asking it.
type Control struct {
	Breaker Breaker `dynamodbav:"breaker"`
	// Rev counts the writes of the breaker.
	Rev int64 `dynamodbav:"rev"`
	// Wins counts the attempts that ever arrived.
	Wins int64 `dynamodbav:"wins"`
	// Next is when the rate lets the next attempt begin, in Unix microseconds.
	Next int64 `dynamodbav:"next"`
	// Slots are the attempts under way, by when they count no more, in Unix milliseconds.
	Slots map[string]int64 `dynamodbav:"slots"`
	// SlowUntil is until when the destination counts as slow, in Unix milliseconds.
	SlowUntil int64 `dynamodbav:"slow_until,omitempty"`
}

// Claim asks a destination's control item for attempts that are to begin.
type Claim struct {
	Now time.Time
	// Slots name the attempts that could begin now; each is theirs until Expires.
	Slots   []string
	Expires time.Time
	// Cap is how many slots there are. Tokens is how many attempts the rate is asked for, Cost what one is worth.
	Cap    int
	Tokens int
	Cost   time.Duration
	// Probe lets the claim pass a breaker that is half open.
	Probe bool
	// Known is the item as it was last seen. While a destination recovers, only who knows that is let through: its attempts
	// are further apart, and turns given before count no more.
	Known Control
}

// errBusy is a Claim's answer when the destination is not to be asked now. The control item says why.
var errBusy = errors.New("deliver: the destination takes no attempt now")

// controls keeps control items.
type controls interface {
	// Claim takes slots and tokens, or nothing and errBusy. The control item is as it was found or made. Tokens begin at the
	// returned time, and apart from each other as the breaker's turn says.
	Claim(ctx context.Context, s tenant.Scope, destination string, c Claim) (Control, time.Time, error)
	// Release gives slots back and adds to the successes.
	Release(ctx context.Context, s tenant.Scope, destination string, slots []string, wins int) error
	// Slow notes until when a destination counts as slow.
	Slow(ctx context.Context, s tenant.Scope, destination string, until time.Time) error
	// Swap replaces the breaker of a revision, and returns the item as it stands and table.ErrCondition if it has another.
	Swap(ctx context.Context, s tenant.Scope, destination string, rev int64, b Breaker) (Control, error)
	// Get reads the item; the zero Control if there is none.
	Get(ctx context.Context, s tenant.Scope, destination string) (Control, error)
}

// Controls keeps control items in the deliveries table.
type Controls struct{ table *table.Table }

// NewControls returns the control items of a table.
func NewControls(deliveries *table.Table) *Controls { return &Controls{deliveries} }

func name(path string) expression.NameBuilder     { return expression.Name(path) }
func value(v any) expression.ValueBuilder         { return expression.Value(v) }
func slotName(slot string) expression.NameBuilder { return expression.Name("slots." + slot) }
func closedItem() expression.ConditionBuilder {
	return expression.AttributeNotExists(name("breaker.state"))
}

// Claim is one write in nearly all cases: the store decides, so that workers who ask at the same time do not collide.
func (c *Controls) Claim(ctx context.Context, s tenant.Scope, destination string, q Claim) (Control, time.Time, error) {
	known := q.Known
	idle := known.Next <= q.Now.UnixMicro() // whether the rate is thought to have nobody waiting
	for range 4 {
		old, at, err := c.claim(ctx, s, destination, q, idle, known)
		if !errors.Is(err, table.ErrCondition) {
			return old, at, err
		}
		known = old
		switch {
		case old.Slots == nil:
			if err := c.create(ctx, s, destination); err != nil {
				return old, at, err
			}
		case !q.Probe && !old.Breaker.allow(q.Now).pass, !q.Probe && q.strange(old):
			return old, at, errBusy
		case len(old.Slots)+len(q.Slots) > q.Cap:
			gone, err := c.expire(ctx, s, destination, old, q.Now)
			if err != nil {
				return old, at, err
			}
			if len(old.Slots)-gone+len(q.Slots) > q.Cap {
				return old, at, errBusy
			}
		}
		idle = old.Next <= q.Now.UnixMicro()
	}
	return known, time.Time{}, errBusy
}

// strange reports whether the destination recovers and the claim does not know it.
func (q Claim) strange(c Control) bool {
	return c.Breaker.recovering(q.Now) && c.Breaker.ClosedAt != q.Known.Breaker.ClosedAt
}

// spend is where the rate stands after the claim's tokens from a time on.
func (q Claim) spend(b Breaker, from int64) int64 {
	return b.turn(time.UnixMicro(from), q.Tokens, q.Cost).UnixMicro()
}

// claim tries once, as it is with what is known. It returns the item as it is then, and when the first token begins.
func (c *Controls) claim(ctx context.Context, s tenant.Scope, destination string, q Claim, idle bool, known Control) (Control, time.Time, error) {
	var u expression.UpdateBuilder
	var cond expression.ConditionBuilder
	now := q.Now.UnixMicro()
	cost := q.Cost.Microseconds() * int64(q.Tokens)
	closedAt := name("breaker.closed_at")
	slow := !q.Probe && known.Breaker.recovering(q.Now)
	switch {
	case slow:
		from := max(known.Next, now)
		end := q.spend(known.Breaker, from)
		cost = end - from
		u = expression.Set(name("next"), value(end))
		cond = name("next").Equal(value(known.Next)).And(closedAt.Equal(value(known.Breaker.ClosedAt)))
	case idle:
		u = expression.Set(name("next"), value(now+cost))
		cond = name("next").LessThanEqual(value(now))
	default:
		u = expression.Set(name("next"), name("next").Plus(value(cost)))
		cond = name("next").GreaterThan(value(now))
	}
	if !slow && !q.Probe {
		cond = cond.And(expression.Or(expression.AttributeNotExists(closedAt), closedAt.LessThanEqual(value(ms(q.Now.Add(-recoverFor))))))
	}
	for _, slot := range q.Slots {
		u = u.Set(slotName(slot), value(q.Expires.UnixMilli()))
	}
	cond = cond.And(name("slots").Size().LessThanEqual(value(q.Cap - len(q.Slots))))
	if !q.Probe {
		cond = cond.And(closedItem())
	}
	var made, old Control
	err := c.table.UpdateReturning(ctx, s, table.ControlKey(destination), u, cond, &made, &old)
	if err != nil {
		return old, time.Time{}, err
	}
	return made, time.UnixMicro(made.Next - cost).UTC(), nil
}

// create makes the item of a destination that was never asked.
func (c *Controls) create(ctx context.Context, s tenant.Scope, destination string) error {
	err := c.table.Put(ctx, s, table.ControlKey(destination), Control{Slots: map[string]int64{}}, table.IfAbsent())
	if errors.Is(err, table.ErrCondition) {
		return nil
	}
	return err
}

// expire removes the slots of workers who did not come back, and returns how many they are.
func (c *Controls) expire(ctx context.Context, s tenant.Scope, destination string, old Control, now time.Time) (int, error) {
	var u expression.UpdateBuilder
	n := 0
	for slot, until := range old.Slots {
		if until <= now.UnixMilli() {
			u = u.Remove(slotName(slot))
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, c.table.UpdateReturning(ctx, s, table.ControlKey(destination), u, table.IfPresent(), nil, nil)
}

// Release gives slots back.
func (c *Controls) Release(ctx context.Context, s tenant.Scope, destination string, slots []string, wins int) error {
	var u expression.UpdateBuilder
	for _, slot := range slots {
		u = u.Remove(slotName(slot))
	}
	if wins > 0 {
		u = u.Add(name("wins"), value(wins))
	}
	if len(slots) == 0 && wins == 0 {
		return nil
	}
	err := c.table.UpdateReturning(ctx, s, table.ControlKey(destination), u, table.IfPresent(), nil, nil)
	if errors.Is(err, table.ErrCondition) {
		return nil // the destination is gone, and its item with it
	}
	return err
}

// Slow notes a slow destination.
func (c *Controls) Slow(ctx context.Context, s tenant.Scope, destination string, until time.Time) error {
	err := c.table.UpdateReturning(ctx, s, table.ControlKey(destination), expression.Set(name("slow_until"), value(ms(until))), table.IfPresent(), nil, nil)
	if errors.Is(err, table.ErrCondition) {
		return nil // the destination is gone
	}
	return err
}

// Swap replaces the breaker.
func (c *Controls) Swap(ctx context.Context, s tenant.Scope, destination string, rev int64, b Breaker) (Control, error) {
	var made, old Control
	u := expression.Set(name("breaker"), value(b)).Set(name("rev"), value(rev+1))
	err := c.table.UpdateReturning(ctx, s, table.ControlKey(destination), u, name("rev").Equal(value(rev)), &made, &old)
	if errors.Is(err, table.ErrCondition) {
		return old, err
	}
	return made, err
}

// Get reads the item.
func (c *Controls) Get(ctx context.Context, s tenant.Scope, destination string) (Control, error) {
	var out Control
	err := c.table.Get(ctx, s, table.ControlKey(destination), &out)
	if errors.Is(err, errs.NotFound) {
		return Control{}, nil
	}
	return out, err
}

// Forget removes the item of a destination that is gone or was enabled by hand.
func (c *Controls) Forget(ctx context.Context, s tenant.Scope, destination string) error {
	return c.table.Delete(ctx, s, table.ControlKey(destination), table.Always())
}

// slotOf names an attempt among those under way. It holds nothing that a path of an expression could take for more.
func slotOf(owner string, i int) string { return owner + "_" + strconv.Itoa(i) }
