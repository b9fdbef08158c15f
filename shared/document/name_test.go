package document_test

import (
	"strings"
	"testing"

	"guardrails/shared/document"
)

func TestPlainNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]bool{ // a name, a segment
		"content":               {true, true},
		"first_name":            {true, true},
		"x-api-key":             {true, true},
		"line2":                 {true, true},
		"address_12":            {true, true},
		strings.Repeat("n", 32): {true, true},
		"0":                     {false, true},
		"99":                    {false, true},
		"123456":                {false, true},
		"":                      {false, false},
		"1234567":               {false, false},
		"536-90-4399":           {false, false},
		"mrn12345678":           {false, false},
		"jane.roe@corp.com":     {false, false},
		"Jane Roe":              {false, false},
		"name~1x":               {false, false},
		"größe":                 {false, false},
		strings.Repeat("n", 33): {false, false},
	} {
		if got := [2]bool{document.PlainName(in), document.PlainSegment(in)}; got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}
