package redact_test

import (
	"context"
	"fmt"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

func ExampleSession_Redact() {
	text := "Ann, SSN 536-90-4399"
	findings := []detect.Finding{
		{Type: "PERSON", Category: detect.CategoryPII, ByteEnd: 3, End: 3},
		{Type: "US_SSN", Category: detect.CategoryPII, ByteStart: 9, ByteEnd: 20, Start: 9, End: 20},
	}
	choice := &redact.Choice{ByType: map[string]redact.Method{
		"SSN": {Operator: redact.Mask, KeepLast: 4, KeepSeparators: true},
	}}
	out, items, err := redact.NewSession(nil, "ten_1", choice).Redact(context.Background(), "", text, findings)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(out)
	fmt.Println(items[1].Type, items[1].Operator, items[1].Start, items[1].End)
	// Output:
	// [PERSON], SSN ***-**-4399
	// US_SSN mask 9 20
}
