package policy_test

import (
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/policy"
)

func TestSizeCountsWords(t *testing.T) {
	t.Parallel()
	none := compile(t).Size()
	for name, d := range map[string]policy.Definition{
		"deny list":  {Deny: []detect.ListEntry{{Value: strings.Repeat("x", 200)}}},
		"allow list": {Allow: []detect.ListEntry{{Value: strings.Repeat("x", 200)}}},
		"terms":      {Patterns: patterns(detect.CustomPattern{Name: "CUSTOM_X", Terms: []string{strings.Repeat("x", 200)}})},
		"keywords": {Rules: []policy.Rule{{
			ID: "r", Name: "R", Severity: policy.Low, Action: policy.Flag, Keywords: []string{strings.Repeat("x", 200)},
		}}},
	} {
		if got := compile(t, d).Size() - none; got < 48*200 {
			t.Errorf("200 bytes in a %s add %d to the size", name, got)
		}
	}
}
