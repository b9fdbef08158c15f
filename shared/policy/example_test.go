package policy_test

import (
	"context"
	"fmt"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/policy"
)

func Example() {
	base, err := builtin.Engine()
	if err != nil {
		fmt.Println(err)
	}
	hipaa, _ := policy.PackByID("hipaa")
	set, err := policy.Compile(base, []policy.Policy{hipaa.Policy()}, nil)
	if err != nil {
		fmt.Println(err)
	}
	plan, err := set.Plan(detect.Options{}, "/detectors")
	if err != nil {
		fmt.Println(err)
	}
	text := "John Smith, SSN 536-90-4399"
	out := set.Decide([]policy.Scanned{plan.Scan(context.Background(), "", text, nil)})
	fmt.Println(out.Decision, out.Risk.Level)
	for _, v := range out.Violations {
		fmt.Println(v.RuleID, v.Severity, v.Action, v.Findings)
	}
	// Output:
	// block critical
	// hipaa_001 medium redact [f1]
	// hipaa_003 critical block [f2]
}
