package fn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/internal/scope"
	"guardrails/shared/table"
)

// selfCheckQuestion is the whole of a self-check's payload.
//
// Nobody but who may invoke a version by name can send it: API Gateway, SQS, DynamoDB streams, EventBridge and CodeDeploy
// write their own fields around whatever a caller says, and a payload with any other field is no self-check.
const (
	selfCheckQuestion = `{"guardrails_self_check":true}`
	selfCheckField    = "guardrails_self_check"
	// maxQuestion is above all spellings of the question and below every trigger's event.
	maxQuestion = 64
	// selfCheckWithin bounds a self-check, probes the calls at once.
	selfCheckWithin = 8 * time.Second
	selfCheckCalls  = 8
	// nobody is a tenant that cannot be: ids are made of the time, and this one's is 1970.
	nobody = "ten_00000000000000000000000000"
)

// selfCheckAnswer is the whole answer: no data, only which of the declared things did not answer, by logical name.
type selfCheckAnswer struct {
	Passed bool     `json:"passed"`
	Failed []string `json:"failed,omitempty"`
}

// SelfCheckQuestion is the payload that makes a function check itself instead of doing its work.
func SelfCheckQuestion() []byte { return []byte(selfCheckQuestion) }

// SelfCheckPassed reads a self-check's answer. Anything but a plain yes is an error, which names what did not answer.
func SelfCheckPassed(answer []byte) error {
	var a selfCheckAnswer
	dec := json.NewDecoder(bytes.NewReader(answer))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return errors.New("the answer is not one of a self-check")
	}
	if !a.Passed || len(a.Failed) > 0 {
		return fmt.Errorf("the self-check failed: %s", strings.Join(a.Failed, ", "))
	}
	return nil
}

// isSelfCheck reports whether a payload is the question and nothing else.
func isSelfCheck(payload []byte) bool {
	if len(payload) > maxQuestion {
		return false
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil || len(fields) != 1 {
		return false
	}
	return string(fields[selfCheckField]) == "true"
}

// checked is a function that also answers self-checks. That it is there at all is the first half of the check: it was
// built from what its Spec declares.
type checked struct {
	Function
	env *Env
}

// Invoke answers a self-check, and hands on everything else.
func (c *checked) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if isSelfCheck(payload) {
		return c.check(ctx)
	}
	return c.Function.Invoke(ctx, payload)
}

// probe asks one declared thing whether it answers. It changes nothing.
type probe struct {
	name string
	ask  func(context.Context) error
}

func (c *checked) check(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, min(selfCheckWithin, c.env.Spec.Timeout-answerMargin))
	defer cancel()
	probes := c.probes()
	failed := make([]error, len(probes))
	var g errgroup.Group
	g.SetLimit(selfCheckCalls)
	for i, p := range probes {
		g.Go(func() error {
			failed[i] = p.ask(ctx)
			return nil
		})
	}
	_ = g.Wait() // each probe's failure is in failed
	answer := selfCheckAnswer{Passed: true}
	for i, err := range failed {
		if err != nil {
			answer.Passed = false
			answer.Failed = append(answer.Failed, probes[i].name)
			c.env.Log.ErrorContext(ctx, "self-check failed", "what", probes[i].name, "error", err.Error())
		}
	}
	return json.Marshal(answer)
}

// probes lists everything that the function may touch. What belongs to tenants is asked for as a tenant that does not
// exist, which takes up the function's tenant role as a request would.
func (c *checked) probes() []probe {
	granted, as := c.env.grants, scope.Mint(nobody)
	var out []probe
	add := func(kind, name string, ask func(context.Context) error) {
		out = append(out, probe{kind + " " + name, ask})
	}
	for _, name := range slices.Sorted(maps.Keys(granted.Tables)) {
		if name == table.Directory {
			add("table", name, c.env.Directory().Probe)
			continue
		}
		t := c.env.Table(name)
		add("table", name, func(ctx context.Context) error { return t.Probe(ctx, as) })
	}
	for _, name := range slices.Sorted(maps.Keys(granted.Queues)) {
		add("queue", name, c.env.Queue(name).Probe)
	}
	for _, name := range slices.Sorted(maps.Keys(granted.Buckets)) {
		b := c.env.Bucket(name)
		add("bucket", name, func(ctx context.Context) error { return b.Probe(ctx, as) })
	}
	for _, name := range granted.Secrets {
		secrets := c.env.Secrets()
		add("secret", name, func(ctx context.Context) error {
			_, err := secrets.Get(ctx, name)
			return err
		})
	}
	if granted.DataKeys {
		keys := c.env.Keys()
		add("key", "data keys", func(ctx context.Context) error { return keys.Probe(ctx, as) })
	}
	return out
}
