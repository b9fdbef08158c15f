package cfn

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Map is a JSON object: properties, conditions, tags.
type Map = map[string]any

// List is a JSON array.
type List = []any

// Template is one stack's template.
type Template struct {
	FormatVersion string               `json:"AWSTemplateFormatVersion"`
	Description   string               `json:"Description,omitempty"`
	Parameters    map[string]Parameter `json:"Parameters,omitempty"`
	Resources     map[string]Resource  `json:"Resources"`
	Outputs       map[string]Output    `json:"Outputs,omitempty"`
}

// Parameter is a value that a deployment gives.
type Parameter struct {
	Type        string `json:"Type"`
	Default     string `json:"Default,omitempty"`
	Description string `json:"Description,omitempty"`
}

// Resource is one resource. The policies say what happens to it when it leaves the template or is replaced; the
// default deletes it.
type Resource struct {
	Type                string   `json:"Type"`
	DependsOn           []string `json:"DependsOn,omitempty"`
	DeletionPolicy      string   `json:"DeletionPolicy,omitempty"`
	UpdateReplacePolicy string   `json:"UpdateReplacePolicy,omitempty"`
	UpdatePolicy        Map      `json:"UpdatePolicy,omitempty"`
	Metadata            Map      `json:"Metadata,omitempty"`
	Properties          Map      `json:"Properties,omitempty"`
}

// Output is a value that people or other stacks read; Export is its name for other stacks, if any.
type Output struct {
	Description string `json:"Description,omitempty"`
	Value       any    `json:"Value"`
	Export      *Name  `json:"Export,omitempty"`
}

// Name is an export's name.
type Name struct {
	Name string `json:"Name"`
}

// New returns an empty template.
func New(description string) *Template {
	return &Template{FormatVersion: "2010-09-09", Description: description, Resources: map[string]Resource{}, Outputs: map[string]Output{}}
}

// Add adds a resource and returns its logical id. It panics if the id is taken: two parts of the program chose one
// name, which no input can cause.
func (t *Template) Add(id string, r Resource) string {
	if _, taken := t.Resources[id]; taken {
		panic("cfn: two resources have the logical id " + id)
	}
	t.Resources[id] = r
	return id
}

// Export makes a value readable by other stacks under name; ImportValue reads it.
func (t *Template) Export(id, name string, value any) {
	t.Outputs[id] = Output{Value: value, Export: &Name{name}}
}

// JSON returns the template as indented JSON that ends in a newline.
func (t *Template) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write template: %w", err)
	}
	return append(out, '\n'), nil
}

// ID makes a logical id of words: "jobs-create" and "role" give "JobsCreateRole". Logical ids are alphanumeric.
func ID(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		for _, part := range strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '_' || r == '/' || r == '.' || r == '{' || r == '}' }) {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
