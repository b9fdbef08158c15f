package analyze

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/policy"
)

// pieceIn is a line of the request: a piece of the text, and in the first line the options.
type pieceIn struct {
	Text *string `json:"text,omitempty" doc:"The next piece of the text."`
	inspect.Options
}

type streamIn struct {
	Body []pieceIn `contentType:"application/x-ndjson" minItems:"1" nullable:"false"`
}

type streamOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// lineOut is a line of the answer: exactly one of finding, redacted and summary is set, and decision beside redacted.
type lineOut struct {
	Finding  *policy.Finding `json:"finding,omitempty"`
	Redacted *string         `json:"redacted,omitempty"`
	Decision policy.Action   `json:"decision,omitempty"`
	Summary  *summary        `json:"summary,omitempty"`
}

// summary is an analysis with its findings counted.
type summary struct {
	inspect.Analysis
	Findings map[string]int `json:"findings"`
}

// newStream answers line by line what a text that comes in pieces holds, with each part of it that may be passed on, and
// records the analysis. Whoever sends the request is answered when it has come to its end.
func newStream(env *fn.Env) (fn.Handler[streamIn, streamOut], error) {
	inspector, recorder, err := analyzer(env)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call *fn.Call, in *streamIn) (*streamOut, error) {
		options, pieces, err := piecesOf(in.Body)
		if err != nil {
			return nil, err
		}
		if options.IncludeText && !call.Can("read:findings_text") {
			return nil, errTextNeedsPermission
		}
		segments, a, err := inspector.AnalyzePieces(ctx, call.Scope, options, "/0", pieces)
		if err != nil {
			return nil, err
		}
		body, err := linesOf(segments, a)
		if err != nil {
			return nil, err
		}
		if len(body) > maxLines {
			return nil, errs.New(errs.PayloadTooLarge, "The answer would be too large: send less text at once.")
		}
		if err := recorder.Send(ctx, call.Scope, a, call.Principal.Regulated()); err != nil {
			return nil, err
		}
		return &streamOut{ContentType: fn.LinesType, Body: body}, nil
	}, nil
}

// maxLines is how long the lines of an answer may be: Lambda's limit is 6 MB, as JSON.
const maxLines = 4 << 20

// piecesOf takes the lines of a request apart. Options belong into the first.
func piecesOf(lines []pieceIn) (inspect.Options, []string, error) {
	pieces := make([]string, 0, len(lines))
	var faults []errs.Field
	for i, l := range lines {
		if i > 0 && !empty(l.Options) {
			faults = append(faults, errs.Field{Location: "/" + strconv.Itoa(i), Message: "expected text alone; options belong into the first line"})
		}
		if l.Text != nil {
			pieces = append(pieces, *l.Text)
		}
	}
	if len(faults) > 0 {
		return inspect.Options{}, nil, errs.Invalid(faults[:min(len(faults), maxFaults)]...)
	}
	return lines[0].Options, pieces, nil
}

// empty reports whether there are no options, all of which are left out of JSON where they are not given.
func empty(o inspect.Options) bool {
	b, err := json.Marshal(o)
	return err == nil && string(b) == "{}"
}

// maxFaults is how many lines an error names.
const maxFaults = 20

// linesOf writes the answer.
func linesOf(segments []inspect.Segment, a *inspect.Analysis) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	write := func(l lineOut) error {
		if err := enc.Encode(l); err != nil {
			return fmt.Errorf("encode a line: %w", err)
		}
		return nil
	}
	for i := range segments {
		for k := range segments[i].Findings {
			if err := write(lineOut{Finding: &segments[i].Findings[k]}); err != nil {
				return nil, err
			}
		}
		if text := segments[i].Redacted; text != nil {
			if err := write(lineOut{Redacted: text, Decision: segments[i].Decision}); err != nil {
				return nil, err
			}
		}
	}
	s := &summary{Analysis: *a, Findings: map[string]int{}}
	for _, f := range a.Findings {
		s.Findings[f.Type]++
	}
	err := write(lineOut{Summary: s})
	return b.Bytes(), err
}

// describeStream documents that both bodies are lines.
func describeStream(op *huma.Operation) {
	op.Description = "The body is lines of JSON (NDJSON). Each has a piece of the text; the first may have the options of analyze too. " +
		"The answer is lines: findings, each before the part of the text that it stands in, parts of the text that may be passed on, and last a summary. " +
		"Concatenated, the pieces give the findings that analyze finds in the whole text, however it is cut. " +
		"Errors name a line by its number, places in a line by its index."
	ref := func(name string) *huma.Schema { return &huma.Schema{Ref: "#/components/schemas/" + name} }
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	one := func(name string) *huma.Schema { return &huma.Schema{Type: huma.TypeArray, Items: ref(name)} }
	op.Responses = map[string]*huma.Response{"200": {
		Description: "OK",
		Content: map[string]*huma.MediaType{fn.LinesType: {Schema: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{
			Type: huma.TypeObject, Description: "A line: a finding, a part of the text, or the summary.",
			Properties: map[string]*huma.Schema{
				"finding":  ref("Finding"),
				"redacted": text("The next part of the text, with the findings replaced where the decision about it or the request asks for that. Together these parts are the text. In shadow mode there are none."),
				"decision": text("What the policies decide about the part in redacted: allow, flag, redact or block."),
				"summary": {
					Type: huma.TypeObject, Description: "The analysis of the whole, as analyze answers it, with the findings that it lists, 10,000 at most, counted by type.",
					Properties: map[string]*huma.Schema{
						"id": text(""), "decision": text(""), "mode": text(""), "shadow_decision": text(""), "risk": ref("Risk"), "violations": one("Violation"),
						"findings": {Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeInteger}},
						"coverage": ref("Coverage"), "usage": ref("Usage"), "policy_version": text(""), "model_version": text(""), "created_at": text(""),
					},
				},
			},
		}}}},
	}}
}
