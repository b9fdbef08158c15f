package policy_test

import (
	"encoding/json"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/policy"
)

// FuzzDefinition reads arbitrary policies. What passes Validate compiles and decides; faults hold their bounds.
func FuzzDefinition(f *testing.F) {
	d := bad()
	raw, err := json.Marshal(d)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw, "text")
	f.Add([]byte(`{"name":"n","extends":["hipaa"],"rules":[{"id":"hipaa_001","action":"allow"}]}`), "SSN 536-90-4399")
	f.Add([]byte(`{"name":"n","rules":[{"name":"n","severity":"low","action":"block","keywords":["falcon"],"patterns":["f(a)lcon"]}]}`), "falcon")
	f.Add([]byte(`{"name":"n","rules":[{"name":"n","severity":"low","action":"block","require":"all","near":3,"entity_types":["EMAIL"],"keywords":["a"]}]}`), "a x@y.io")
	f.Add([]byte(`{"name":"n","patterns":[{"name":"T_1","regexes":[{"pattern":"[a-z]+\\d"}]}],"thresholds":{"T_1":0},"actions":{"pii":"allow"}}`), "ab1")
	e := engine(f)
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		var d policy.Definition
		if json.Unmarshal(raw, &d) != nil {
			return
		}
		faults := d.Validate(e)
		if len(faults) > 100 {
			t.Fatalf("%d faults", len(faults))
		}
		if len(faults) > 0 {
			return
		}
		set, err := policy.Compile(e, []policy.Policy{{ID: "p", Definition: d}}, func(string) string { return "" })
		if err != nil {
			t.Fatalf("Validate passes, Compile = %v", err)
		}
		plan, err := set.Plan(detect.Options{}, "")
		if err != nil {
			t.Fatal(err)
		}
		o := set.Decide([]policy.Scanned{plan.Scan(t.Context(), "", text, nil)})
		for _, v := range o.Violations {
			if len(v.Findings) == 0 {
				t.Fatalf("%s names no finding", v.RuleID)
			}
		}
	})
}
