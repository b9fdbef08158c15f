package kindtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/tenant"
)

// Fixture is a kind with something to send to.
type Fixture struct {
	Kind deliver.Kind
	// Tenant owns the destination; kinds that take up no role need none.
	Tenant tenant.Scope
	// Config is one that the kind takes, with every field that it has.
	Config json.RawMessage
	// Secrets are the values in Config that nobody may see.
	Secrets []string
	Keys    []deliver.SigningKey
	// Sent returns what the receiver has got so far, without what belongs to an attempt.
	Sent func() [][]byte
	// Echo has the next attempt's receiver repeat what it gets, and Hang lets it give no answer. Either may be nil.
	Echo, Hang func()
}

// planted stands for whatever a caller would not want to read in a log.
const planted = "planted-536-90-4399"

// Message returns a message whose texts try to be more than data.
func Message() deliver.Message {
	return deliver.Message{
		ID: "msg_01jzz", Attempt: 1, At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Link: "/api/v1/deliveries/dlv_1",
		Event: deliver.Event{
			ID: "evt_1", Type: "violation.created", Source: "guardrails", Subject: "vio_1", Version: 1, Time: "2026-03-04T05:06:00.000Z",
		},
		Data: json.RawMessage(`{"id":"vio_1","severity":"high","note":"<!channel> & <https://evil.example.com|ours> ` + "```" + `\r\nBcc: x@example.com","n":9007199254740993}`),
	}
}

// Run tests a kind. make is asked for a fixture by every part.
func Run(t *testing.T, fixture func(t testing.TB) Fixture) {
	t.Helper()
	t.Run("config", func(t *testing.T) {
		t.Parallel()
		testConfig(t, fixture(t))
	})
	t.Run("garbage", func(t *testing.T) {
		t.Parallel()
		testGarbage(t, fixture(t))
	})
	t.Run("same bytes", func(t *testing.T) {
		t.Parallel()
		testSameBytes(t, fixture(t))
	})
	t.Run("deadline", func(t *testing.T) {
		t.Parallel()
		testDeadline(t, fixture(t))
	})
	t.Run("own failures", func(t *testing.T) {
		t.Parallel()
		testOwnFailures(t, fixture(t))
	})
}

// target checks the fixture's configuration and returns where to send to.
func target(t testing.TB, f Fixture) deliver.Target {
	t.Helper()
	public, secret, err := f.Kind.Check(f.Config, nil)
	if err != nil {
		t.Fatalf("the configuration is refused: %v", err)
	}
	return deliver.Target{ID: "dst_1", Tenant: f.Tenant, Config: public, Secret: secret, Keys: f.Keys}
}

// testConfig has the configuration taken, shown and sent back.
func testConfig(t *testing.T, f Fixture) {
	to := target(t, f)
	if (len(f.Secrets) > 0) != (to.Secret != nil) {
		t.Error("secrets are not sealed, or there are none and something is")
	}
	to.Keys = nil
	if NotHidden(to, f.Secrets) {
		t.Errorf("a secret is shown: %v", to)
	}
	for _, s := range f.Secrets {
		quoted, err := json.Marshal(s)
		if err != nil || !bytes.Contains(to.Secret, quoted) {
			t.Error("a secret is not in the sealed part")
		}
	}
	public, secret, err := f.Kind.Check(to.Config, to.Secret)
	if err != nil || string(public) != string(to.Config) || string(secret) != string(to.Secret) {
		t.Errorf("what is shown cannot be sent back: %v, %s", err, public)
	}
	d := f.Kind.Defaults()
	if f.Kind.Name() == "" || d.PerSecond <= 0 || d.BreakerFailures <= 0 || d.Timeout <= 0 || d.Timeout > 30*time.Second {
		t.Errorf("the defaults are %+v", d)
	}
}

// NotHidden reports whether any way to print v shows one of the secrets.
func NotHidden(v any, secrets []string) bool {
	encoded, err := json.Marshal(v)
	if err != nil {
		return true
	}
	printed := fmt.Sprintf("%v %+v %s %s", v, v, v, encoded)
	if r, ok := v.(deliver.Result); ok {
		printed += string(r.Response)
	}
	if to, ok := v.(deliver.Target); ok {
		printed += string(to.Config)
	}
	for _, s := range secrets {
		if strings.Contains(printed, s) {
			return true
		}
	}
	return false
}

// testGarbage gives the kind what is no configuration, and its own with each field spoiled.
func testGarbage(t *testing.T, f Fixture) {
	for _, bad := range []string{
		``, `null`, `[]`, `"` + planted + `"`, `1`, `{`, `{}`, `{"` + planted + `":"` + planted + `"}`, `{"a":"` + planted + `","a":1}`,
		`{"` + planted, strings.Repeat(`{"a":`, 20000), `{"a":"` + strings.Repeat("x", 100<<10) + `"}`, "{\"url\":\"\xff" + planted + "\"}",
	} {
		public, secret, err := f.Kind.Check(json.RawMessage(bad), nil)
		if err == nil || public != nil || secret != nil {
			t.Errorf("%.40s is taken", bad)
			continue
		}
		refusal(t, err)
	}
	var fields map[string]any
	if err := json.Unmarshal(f.Config, &fields); err != nil {
		t.Fatal(err)
	}
	for name, good := range fields {
		for _, bad := range []any{
			planted, planted + "\r\nX: y", 1e9, -1, true, nil,
			[]any{planted},
			map[string]any{planted: planted},
			map[string]any{"a": planted},
			"https://" + planted + "/", "http://169.254.169.254/" + planted,
			[]any{planted, map[string]any{}},
			strings.Repeat(planted, 200),
		} {
			fields[name] = bad
			spoiled, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.Kind.Check(spoiled, nil); err != nil {
				refusal(t, err)
			}
		}
		fields[name] = good
	}
}

// refusal holds an error to the contract: its code, a pointer below /config, no value.
func refusal(t testing.TB, err error) {
	t.Helper()
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != errs.InvalidRequest && e.Code != errs.DestinationRefused || len(e.Fields) == 0 {
		t.Errorf("the error is %v", err)
		return
	}
	for _, f := range e.Fields {
		if f.Location != "/config" && !strings.HasPrefix(f.Location, "/config/") || f.Message == "" || !strings.HasPrefix(f.Message, "expected ") {
			t.Errorf("the fault is %+v", f)
		}
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, e.Fields), planted) {
		t.Errorf("the error repeats a value: %v %+v", err, e.Fields)
	}
}

// testSameBytes makes three attempts at different times, and looks for secrets in what comes of them.
func testSameBytes(t *testing.T, f Fixture) {
	to, m := target(t, f), Message()
	for n := range 3 {
		m.Attempt, m.At = n+1, m.At.Add(time.Duration(n)*time.Hour)
		if f.Echo != nil {
			f.Echo()
		}
		result := f.Kind.Send(t.Context(), to, m)
		if result.Class != deliver.Delivered || result.Code != "" || result.Unwell {
			t.Fatalf("attempt %d: %+v", n+1, result)
		}
		secrets := f.Secrets
		for _, k := range f.Keys {
			secrets = append(secrets, k.Secret)
		}
		if NotHidden(result, secrets) {
			t.Errorf("the result shows a secret: %+v %s", result, result.Response)
		}
	}
	sent := f.Sent()
	if len(sent) != 3 || len(sent[0]) == 0 || !bytes.Equal(sent[0], sent[1]) || !bytes.Equal(sent[0], sent[2]) {
		t.Errorf("%d attempts, with different bytes: %q", len(sent), sent)
	}
}

// testDeadline lets the receiver hang.
func testDeadline(t *testing.T, f Fixture) {
	to := target(t, f)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := f.Kind.Send(ended, to, Message()); got.Class != deliver.Retryable || got.Code != "cancelled" || got.Unwell {
		t.Errorf("a caller that gave up: %+v", got)
	}
	if f.Hang == nil {
		return
	}
	f.Hang()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if got := f.Kind.Send(ctx, to, Message()); got.Class != deliver.Retryable || got.Code != "timeout" || !got.Unwell {
		t.Errorf("a receiver that hangs: %+v", got)
	}
}

// testOwnFailures spoils what is kept: nothing is sent, and nothing is tried again.
func testOwnFailures(t *testing.T, f Fixture) {
	to, m := target(t, f), Message()
	broken := to
	broken.Config, broken.Secret = json.RawMessage(`{"`), deliver.Secret(`{"`)
	if got := f.Kind.Send(t.Context(), broken, m); got.Class != deliver.Permanent || got.Code != "config" || got.Unwell {
		t.Errorf("a configuration that cannot be read: %+v", got)
	}
	if _, _, err := f.Kind.Check(f.Config, deliver.Secret(`{"`+planted)); err != nil && strings.Contains(err.Error(), planted) {
		t.Errorf("the error shows the sealed part: %v", err)
	}
	m.Data = json.RawMessage(`{"a":`)
	if got := f.Kind.Send(t.Context(), to, m); got.Class != deliver.Permanent || got.Code != "template_error" || got.Unwell {
		t.Errorf("data that is no JSON: %+v", got)
	}
	if n := len(f.Sent()); n != 0 {
		t.Errorf("%d attempts were made", n)
	}
}

// Fuzz gives a kind's Check any bytes: it refuses them by the contract, or takes them and takes back what it shows.
func Fuzz(f *testing.F, k deliver.Kind, seeds ...string) {
	for _, s := range append(seeds, `{}`, `null`, `{"a":1,"a":2}`) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, config []byte) {
		public, secret, err := k.Check(config, nil)
		if err != nil {
			var e *errs.Error
			if !errors.As(err, &e) || e.Code != errs.InvalidRequest && e.Code != errs.DestinationRefused || len(e.Fields) == 0 || public != nil || secret != nil {
				t.Errorf("%v", err)
			}
			return
		}
		again, kept, err := k.Check(public, secret)
		if err != nil || string(again) != string(public) || string(kept) != string(secret) {
			t.Errorf("%s is not taken back: %v", public, err)
		}
	})
}
