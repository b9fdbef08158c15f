package fn_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"guardrails/shared/blob"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
	"guardrails/shared/secret"
	"guardrails/shared/table"
)

// TestOnlyTheBareQuestionIsASelfCheck puts the question wherever a caller can put text, and where only a trigger can.
func TestOnlyTheBareQuestionIsASelfCheck(t *testing.T) {
	t.Parallel()
	question := string(fn.SelfCheckQuestion())
	quoted, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	worked := 0
	spec := fn.Spec{Name: "tick", Trigger: fn.Every(time.Minute), Timeout: time.Minute}
	f, err := fn.Build(spec, fn.Bindings{"tick": fn.Tick(func(*fn.Env) (func(context.Context) error, error) {
		return func(context.Context) error {
			worked++
			return nil
		}, nil
	})}, fn.Config{Environment: "test", Clock: clock.System(), Log: &fntest.Log{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		payload string
		check   bool
	}{
		{question, true},
		{`{ "guardrails_self_check" : true }`, true},
		{`{"httpMethod":"POST","path":"/x","body":` + string(quoted) + `}`, false},
		{`{"httpMethod":"POST","guardrails_self_check":true}`, false},
		{`{"Records":[{"body":` + string(quoted) + `}]}`, false},
		{`{"Records":[` + question + `]}`, false},
		{`{"guardrails_self_check":true,"a":1}`, false},
		{`{"guardrails_self_check":false}`, false},
		{`{"guardrails_self_check":"true"}`, false},
		{`{"Guardrails_Self_Check":true}`, false},
		{`[` + question + `]`, false},
		{string(quoted), false},
		{question + question, false},
		{`{"guardrails_self_check":` + strings.Repeat(" ", 64) + `true}`, false},
		{`{}`, false},
		{``, false},
	} {
		before := worked
		out, err := f.Invoke(t.Context(), []byte(c.payload))
		if err != nil {
			t.Fatal(err)
		}
		if did := worked > before; did == c.check {
			t.Errorf("%s: the work was done: %v", c.payload, did)
		}
		if c.check != (fn.SelfCheckPassed(out) == nil) {
			t.Errorf("%s is answered %s", c.payload, out)
		}
	}
}

func TestOnlyAPlainYesPasses(t *testing.T) {
	t.Parallel()
	for answer, passes := range map[string]bool{
		`{"passed":true}`:                       true,
		`{"passed":false,"failed":["table x"]}`: false,
		`{"passed":true,"failed":["table x"]}`:  false,
		`{"passed":true,"statusCode":200}`:      false,
		`{"statusCode":500,"body":"passed"}`:    false,
		`{"batchItemFailures":[]}`:              false,
		`{"errorMessage":"x","errorType":"y"}`:  false,
		`{}`:                                    false, `null`: false, `true`: false, ``: false,
	} {
		if err := fn.SelfCheckPassed([]byte(answer)); (err == nil) != passes {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// TestASelfCheckNamesWhatDoesNotAnswer cuts the line to AWS, and then asks for things that nobody has made.
func TestASelfCheckNamesWhatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	spec := fn.Spec{Name: "tick", Trigger: fn.Every(time.Minute), Timeout: time.Minute, Access: fn.Access{
		Tables:  map[string]fn.Mode{table.Jobs: fn.ReadWrite, table.Directory: fn.ReadWrite, table.Audit: fn.Append},
		Queues:  map[string]fn.Mode{queue.Tasks: fn.Send, queue.JobSplit: fn.Read},
		Buckets: map[string]fn.Mode{blob.Content: fn.Read}, Secrets: []string{secret.Pepper}, DataKeys: true,
	}}
	bindings := fn.Bindings{"tick": fn.Tick(func(*fn.Env) (func(context.Context) error, error) {
		return func(context.Context) error { return nil }, nil
	})}
	want := []string{"bucket content", "key data keys", "queue job-split", "queue tasks", "secret api-key-pepper", "table audit", "table directory", "table jobs", "table tenants"}
	for name, spoil := range map[string]func(*fntest.System){
		"the line is cut":  func(s *fntest.System) { s.Cut() },
		"nothing is there": func(s *fntest.System) { s.Config.Environment += "-none" },
		"all is well":      nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sys := fntest.New(t, []fn.Spec{spec}, bindings)
			want := want
			if spoil == nil {
				want = nil
			} else {
				spoil(sys)
			}
			var got struct {
				Passed bool
				Failed []string
			}
			out := sys.Invoke(t, "tick", json.RawMessage(fn.SelfCheckQuestion()))
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			slices.Sort(got.Failed)
			if got.Passed != (want == nil) || !slices.Equal(got.Failed, want) {
				t.Errorf("the answer is %s, want %q", out, want)
			}
		})
	}
}
