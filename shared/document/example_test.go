package document_test

import (
	"fmt"

	"guardrails/shared/document"
)

func Example() {
	raw := []byte(`{"id": 1.50, "patient": {"ssn": "536-90-4399", "card": 4242424242424242}}`)
	found, err := document.Strings(raw)
	if err != nil {
		fmt.Println(err)
	}
	for _, s := range found {
		fmt.Println(s.Path, s.Value)
	}
	out, err := document.Rewrite(raw, map[string]string{"/patient/ssn": "[US_SSN]", "/patient/card": "[CREDIT_CARD]"})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(string(out))
	// Output:
	// /patient/ssn 536-90-4399
	// /patient/card 4242424242424242
	// {"id": 1.50, "patient": {"ssn": "[US_SSN]", "card": "[CREDIT_CARD]"}}
}
