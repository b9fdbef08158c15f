package detect_test

import (
	"context"
	"fmt"
	"strings"

	"guardrails/shared/detect"
)

func ExampleEngine_Scan() {
	e, err := detect.New([]detect.Detector{{
		Name: "badge", Type: "BADGE", Category: detect.CategoryPII, Base: .3, NeedContext: true,
		Context: []string{"badge", "employee"},
		Number:  &detect.Number{Masks: []string{"AA-9999"}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	text := "Employee badge KX-4711 opens door AB-1234 of the building over there, as all badges do."
	for _, f := range e.Scan(context.Background(), text, detect.Options{Explain: true}).Findings {
		fmt.Println(f.Type, text[f.ByteStart:f.ByteEnd], f.Score, f.Explanation.Boosts)
	}
	// Output:
	// BADGE KX-4711 0.9 [context +0.40 grouping +0.20]
	// BADGE AB-1234 0.9 [context +0.40 grouping +0.20]
}

// A stream tells findings, and up to which place the text may be passed on.
func ExampleEngine_Stream() {
	e, err := detect.New([]detect.Detector{{
		Name: "badge", Type: "BADGE", Category: detect.CategoryPII, Base: .6,
		Number: &detect.Number{Masks: []string{"AA-9999"}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, s := context.Background(), e.Stream(detect.Options{})
	calm := strings.Repeat("The door stays closed until somebody comes. ", 40)
	for _, piece := range []string{calm + "Badge KX-", "4711 opens it. ", calm} {
		found, err := s.Write(ctx, []byte(piece))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(found), "findings up to byte", s.Settled())
	}
	found, err := s.Close(ctx)
	fmt.Println(len(found), "findings up to byte", s.Settled(), err)
	// Output:
	// 0 findings up to byte 967
	// 0 findings up to byte 967
	// 1 findings up to byte 2443
	// 0 findings up to byte 3544 <nil>
}

func ExampleEngine_Extend() {
	base, err := detect.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = base.Extend(detect.Custom{Patterns: []detect.CustomPattern{{
		Name: "CASE_NO", Regexes: []detect.ScoredPattern{{Pattern: `case-\d{6}`}, {Pattern: `(\d`}},
	}}})
	for _, f := range detect.FieldErrors(err) {
		fmt.Println(f.Pointer, f.Message)
	}
	e, err := base.Extend(detect.Custom{Patterns: []detect.CustomPattern{{
		Name: "CASE_NO", Regexes: []detect.ScoredPattern{{Pattern: `case-\d{6}`, Score: .8}},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range e.Scan(context.Background(), "see case-004711", detect.Options{}).Findings {
		fmt.Println(f.Type, f.Start, f.End, f.Score)
	}
	// Output:
	// /patterns/0/regexes/1/pattern is not an RE2 expression: missing closing )
	// CASE_NO 4 15 0.8
}
