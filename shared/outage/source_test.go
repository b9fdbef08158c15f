package outage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/outage"
)

var errDown = errs.New(errs.Overloaded, "Not now.")

type bench struct {
	*outage.Source[string]
	clock *clock.Fake
	calls int
}

func start(standIn time.Duration) *bench {
	c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	return &bench{Source: outage.NewSource[string](c, outage.Limits{Read: time.Minute, StandIn: standIn, Rest: time.Second}, "Not now."), clock: c}
}

// get asks for an owner's value while the service says err, with a stand-in.
func (b *bench) get(t *testing.T, owner string, err error) (string, bool, error) {
	t.Helper()
	return b.Get(t.Context(), outage.Question{Key: owner, Owner: owner}, outage.StandIn[string]{Value: "old", OK: true}, func(context.Context) (string, error) {
		b.calls++
		return "new", err
	})
}

func TestOneOwnersTroubleIsNotTheOthers(t *testing.T) {
	t.Parallel()
	b := start(time.Minute)
	b.fail(t, "a")
	b.fail(t, "b")
	if !b.Rests("a") || !b.Rests("b") || b.Rests("c") {
		t.Error("two owners without an answer speak for a third")
	}
	b.fail(t, "c")
	if !b.Rests("d") {
		t.Error("three owners without an answer do not count as an outage")
	}
	b.clock.Advance(time.Second)
	if b.Rests("a") || b.Rests("d") {
		t.Error("the rest does not end")
	}
}

// fail lets an owner's read fail as an outage does.
func (b *bench) fail(t *testing.T, owner string) {
	t.Helper()
	if v, bridged, err := b.get(t, owner, errDown); err != nil || !bridged || v != "old" {
		t.Fatalf("%s got %q, %v, %v", owner, v, bridged, err)
	}
}

func TestAServiceAtRestIsNotAsked(t *testing.T) {
	t.Parallel()
	b := start(time.Minute)
	b.fail(t, "a")
	b.fail(t, "a")
	if b.calls != 1 {
		t.Errorf("%d calls", b.calls)
	}
}

func TestOnlyAnOutageIsBridged(t *testing.T) {
	t.Parallel()
	b := start(time.Minute)
	for range 4 {
		faulty := errors.New("decode item")
		if _, bridged, err := b.get(t, "a", faulty); bridged || !errors.Is(err, faulty) {
			t.Fatalf("a faulty item: %v, %v", bridged, err)
		}
	}
	refused := errs.Wrap(errs.Internal, "Ours.", outage.ErrRefused)
	if _, bridged, err := b.get(t, "b", refused); bridged || !errors.Is(err, outage.ErrRefused) {
		t.Errorf("a refusal: %v, %v", bridged, err)
	}
	if b.Rests("a") || b.Rests("b") || b.Rests("c") {
		t.Error("what is no outage makes the service rest")
	}
}

// TestAHangingReadIsNotWaitedFor ends only when the caller goes on without the read: that ends later than it.
func TestAHangingReadIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	b := start(time.Millisecond)
	begun, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	hang := func(context.Context) (string, error) {
		close(begun)
		<-release
		return "late", nil
	}
	v, bridged, err := b.Get(t.Context(), outage.Question{Key: "k", Owner: "a"}, outage.StandIn[string]{Value: "old", OK: true}, hang)
	if v != "old" || !bridged || err != nil || !b.Rests("a") {
		t.Errorf("got %q, %v, %v", v, bridged, err)
	}
	<-begun
}
