package jobs

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guardrails/shared/clock"
)

// TestShareIsFair holds share to its promise, whatever pieces need: who needs no more than three quarters of an equal part is
// done, one alone has all the time, and all together take no longer than they may.
func TestShareIsFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		needs := rapid.SliceOfN(rapid.IntRange(1, 9000), 1, 50).Draw(t, "needs")
		const total = 5 * time.Second
		now := clock.NewFake(time.Now())
		start, done := now.Now(), map[int]bool{}
		slow, err := share(now, total, len(needs), func(i int, limit time.Duration) (bool, error) {
			need := time.Duration(needs[i]) * time.Millisecond
			now.Advance(min(need, limit))
			if done[i] {
				t.Fatalf("piece %d is done twice", i)
			}
			done[i] = need <= limit
			return done[i], nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if took := now.Now().Sub(start); took > total {
			t.Errorf("all took %s, more than %s", took, total)
		}
		if len(needs) == 1 && done[0] != (time.Duration(needs[0])*time.Millisecond <= total) {
			t.Errorf("one piece of %d ms: done %v", needs[0], done[0])
		}
		for i, need := range needs {
			if done[i] == slices.Contains(slow, i) {
				t.Errorf("piece %d: done %v, and slow %v", i, done[i], !done[i])
			}
			if time.Duration(need)*time.Millisecond <= total*3/4/time.Duration(len(needs)) && !done[i] {
				t.Errorf("piece %d needs %d ms of %s for %d and was not done", i, need, total, len(needs))
			}
		}
	})
}

func TestShareEndsWithAnError(t *testing.T) {
	t.Parallel()
	broken, tries := errors.New("broken"), 0
	_, err := share(clock.NewFake(time.Now()), time.Second, 3, func(int, time.Duration) (bool, error) {
		tries++
		return false, broken
	})
	if !errors.Is(err, broken) || tries != 1 {
		t.Errorf("%v after %d tries", err, tries)
	}
}

// TestWeightIsWhatLambdaCounts compares the weight with the string that carries the JSON.
func TestWeightIsWhatLambdaCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw, err := encodeResult(map[string]string{"text": rapid.String().Draw(t, "text")})
		if err != nil {
			t.Fatal(err)
		}
		sent, err := encodeResult(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got := weight(raw) + 2; got != len(sent) {
			t.Fatalf("weight %d with its quotes, sent as %d bytes: %s", got, len(sent), sent)
		}
	})
	if raw, _ := encodeResult("<b>"); string(raw) != `"<b>"` || !json.Valid(raw) {
		t.Errorf("encoded as %s", raw)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		busy    bool
		resends int
		still   time.Duration
		want    verdict
	}{
		"lost beside an empty queue":           {false, 0, 5 * time.Minute, resend},
		"third time":                           {false, 2, time.Hour, resend},
		"sent three times, nobody has any":     {false, 3, time.Hour, abandon},
		"may be waiting":                       {true, 0, 59 * time.Minute, leave},
		"may be waiting, was sent before":      {true, 3, 59 * time.Minute, leave},
		"lost on a platform that is busy":      {true, 0, time.Hour, resend},
		"sent often, the platform is busy":     {true, 23, 30 * time.Hour, resend},
		"sent for a day, the platform is busy": {true, 24, 30 * time.Hour, abandon},
	} {
		if got := judge(c.busy, c.resends, c.still); got != c.want {
			t.Errorf("%s: verdict %d, want %d", name, got, c.want)
		}
	}
}
