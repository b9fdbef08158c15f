package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

//go:embed reference.html
var referencePage string

// reference is what the page shows of the OpenAPI document.
type reference struct {
	Title, Version, Description string
	Groups                      []group
	Codes                       []errs.Row
}

type group struct {
	Name   string
	Routes []operation
}

type operation struct {
	Name, Method, Path, Summary, Description, Permission string
	Params                                               []param
	Request                                              []property
	Answers                                              []answer
}

type param struct {
	Name, In, Description string
	Required              bool
	Type                  string
}

type property struct {
	Name, Type, Description string
	Required                bool
}

type answer struct {
	Status, Description string
	Fields              []property
}

// The parts of an OpenAPI document that the page reads.
type (
	oapi struct {
		Info struct {
			Title, Version, Description string
		} `json:"info"`
		Paths      map[string]map[string]oapiOperation `json:"paths"`
		Components struct {
			Schemas map[string]oapiSchema `json:"schemas"`
		} `json:"components"`
	}
	oapiOperation struct {
		OperationID string   `json:"operationId"`
		Summary     string   `json:"summary"`
		Description string   `json:"description"`
		Tags        []string `json:"tags"`
		Permission  string   `json:"x-guardrails-permission"`
		Parameters  []struct {
			Name, In, Description string
			Required              bool
			Schema                oapiSchema
		} `json:"parameters"`
		RequestBody struct {
			Content map[string]oapiMedia `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Description string
			Content     map[string]oapiMedia `json:"content"`
		} `json:"responses"`
	}
	oapiMedia  struct{ Schema oapiSchema }
	oapiSchema struct {
		Ref         string                `json:"$ref"`
		Type        any                   `json:"type"`
		Description string                `json:"description"`
		Properties  map[string]oapiSchema `json:"properties"`
		Required    []string              `json:"required"`
		Items       *oapiSchema           `json:"items"`
		Enum        []any                 `json:"enum"`
	}
)

// renderReference writes the reference for people. It is one page without scripts and without anything from elsewhere, made
// here and not where it is served: a program with templates in it keeps every method of every type, and doubles in size.
func renderReference(doc []byte) ([]byte, error) {
	var o oapi
	if err := json.Unmarshal(doc, &o); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	t, err := template.New("reference").Parse(referencePage)
	if err != nil {
		return nil, fmt.Errorf("parse the page: %w", err)
	}
	ref := reference{Title: o.Info.Title, Version: o.Info.Version, Description: o.Info.Description, Groups: o.groups(), Codes: errs.Rows()}
	var b bytes.Buffer
	if err := t.Execute(&b, ref); err != nil {
		return nil, fmt.Errorf("render the page: %w", err)
	}
	return b.Bytes(), nil
}

// groups sorts the operations by context, path and method.
func (o oapi) groups() []group {
	byTag := map[string][]operation{}
	for path, item := range o.Paths {
		for method, op := range item {
			if op.OperationID != "" && len(op.Tags) > 0 {
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], o.operation(method, path, op))
			}
		}
	}
	var out []group
	for tag, ops := range byTag {
		slices.SortFunc(ops, func(a, b operation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		out = append(out, group{tag, ops})
	}
	slices.SortFunc(out, func(a, b group) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (o oapi) operation(method, path string, op oapiOperation) operation {
	out := operation{Name: op.OperationID, Method: strings.ToUpper(method), Path: path, Summary: op.Summary, Description: op.Description, Permission: op.Permission}
	for _, p := range op.Parameters {
		out.Params = append(out.Params, param{p.Name, p.In, p.Description, p.Required, typeOf(p.Schema)})
	}
	out.Request = o.bodyOf(op.RequestBody.Content)
	for status, r := range op.Responses {
		a := answer{Status: status, Description: r.Description}
		if strings.HasPrefix(status, "2") {
			a.Fields = o.bodyOf(r.Content)
		}
		out.Answers = append(out.Answers, a)
	}
	slices.SortFunc(out.Answers, func(a, b answer) int { return cmp.Compare(a.Status, b.Status) })
	return out
}

// bodyOf lists the properties of a body, or of each of its lines.
func (o oapi) bodyOf(content map[string]oapiMedia) []property {
	if lines, ok := content[fn.LinesType]; ok && lines.Schema.Items != nil {
		return o.properties(*lines.Schema.Items)
	}
	return o.properties(content["application/json"].Schema)
}

func (o oapi) properties(s oapiSchema) []property {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		s = o.Components.Schemas[name]
	}
	var out []property
	for name, p := range s.Properties {
		out = append(out, property{name, typeOf(p), p.Description, slices.Contains(s.Required, name)})
	}
	slices.SortFunc(out, func(a, b property) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// typeOf names a schema's type for people: "string", "array of Finding", "allow | flag".
func typeOf(s oapiSchema) string {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return name
	}
	if len(s.Enum) > 0 {
		parts := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			parts[i] = fmt.Sprint(e)
		}
		return strings.Join(parts, " | ")
	}
	if s.Items != nil {
		return "array of " + typeOf(*s.Items)
	}
	switch t := s.Type.(type) {
	case string:
		return t
	case []any:
		parts := make([]string, len(t))
		for i, e := range t {
			parts[i] = fmt.Sprint(e)
		}
		return strings.Join(parts, " or ")
	}
	return "any"
}
