package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// specVersion is the version of CycloneDX that the lists are written in.
const specVersion = "1.6"

// document is a list of materials as CycloneDX writes it. It holds no time and no chance: the same source, the same
// list.
type document struct {
	BOMFormat    string      `json:"bomFormat"`
	SpecVersion  string      `json:"specVersion"`
	SerialNumber string      `json:"serialNumber,omitempty"`
	Version      int         `json:"version"`
	Metadata     metadata    `json:"metadata"`
	Components   []component `json:"components"`
	Dependencies []depends   `json:"dependencies"`
}

type metadata struct {
	Tools     toolList  `json:"tools"`
	Component component `json:"component"`
}

type toolList struct {
	Components []component `json:"components"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref,omitempty"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	Scope      string     `json:"scope,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Licenses   []licensed `json:"licenses,omitempty"`
	PURL       string     `json:"purl,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

// licensed is one license by its id in SPDX, or an expression of several.
type licensed struct {
	License    *licenseID `json:"license,omitempty"`
	Expression string     `json:"expression,omitempty"`
}

type licenseID struct {
	ID string `json:"id"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type depends struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn,omitempty"`
}

// own is the license of what we write.
var own = []licensed{{License: &licenseID{ID: "Apache-2.0"}}}

func newDocument(name, revision string, programs ...program) document {
	d := empty(name, revision)
	root := depends{Ref: d.Metadata.Component.Ref}
	for _, p := range programs {
		c := component{
			Type: "application", Ref: "guardrails/bootstrap/" + p.name, Name: "guardrails-" + p.name, Version: revision, Licenses: own,
			Hashes:     []hash{{"SHA-256", p.binary}},
			Properties: []property{{"guardrails:zip:sha256", p.zip}, {"guardrails:architecture", architecture}},
		}
		on := depends{Ref: c.Ref}
		for _, l := range p.dependencies {
			on.On = append(on.On, l.purl())
			d.Components = append(d.Components, l.component("required"))
		}
		slices.Sort(on.On)
		d.Components = append(d.Components, c)
		d.Dependencies = append(d.Dependencies, on)
		root.On = append(root.On, c.Ref)
	}
	d.Dependencies = append(d.Dependencies, root)
	d.order()
	return d
}

func newTools(revision string, list []library) document {
	d := empty(tools, revision)
	root := depends{Ref: d.Metadata.Component.Ref}
	for _, l := range list {
		c := l.component("excluded")
		d.Components = append(d.Components, c)
		root.On = append(root.On, c.Ref)
	}
	slices.Sort(root.On)
	root.On = slices.Compact(root.On)
	d.Dependencies = append(d.Dependencies, root)
	d.order()
	return d
}

func empty(name, revision string) document {
	return document{
		BOMFormat: "CycloneDX", SpecVersion: specVersion, Version: 1, Components: []component{},
		Metadata: metadata{
			Tools:     toolList{Components: []component{{Type: "application", Name: "guardrails/scripts/supply", Version: revision}}},
			Component: component{Type: "application", Ref: "guardrails/" + name, Name: name, Version: revision, Licenses: own},
		},
	}
}

// order sorts the list and takes out what stands in it twice.
func (d *document) order() {
	slices.SortFunc(d.Components, func(a, b component) int { return cmp.Compare(a.Ref, b.Ref) })
	d.Components = slices.CompactFunc(d.Components, func(a, b component) bool { return a.Ref == b.Ref })
	slices.SortFunc(d.Dependencies, func(a, b depends) int { return cmp.Compare(a.Ref, b.Ref) })
}

// libraries counts what is not ours.
func (d document) libraries() int {
	n := 0
	for _, c := range d.Components {
		if c.Type == "library" {
			n++
		}
	}
	return n
}

// marshal writes the list; its serial number is made of its content.
func (d document) marshal() ([]byte, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8, made by a rule of our own
	d.SerialNumber = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(d)
	return out.Bytes(), err
}

func (l library) component(scope string) component {
	c := component{Type: "library", Ref: l.purl(), Name: l.name, Version: l.version, Scope: scope, PURL: l.purl()}
	if l.digest != "" {
		c.Hashes = []hash{{l.algorithm, l.digest}}
	}
	if l.sum != "" {
		c.Properties = []property{{"guardrails:go.sum", l.sum}}
	}
	switch {
	case len(l.licenses) == 1:
		c.Licenses = []licensed{{License: &licenseID{ID: l.licenses[0]}}}
	case len(l.licenses) > 1:
		c.Licenses = []licensed{{Expression: strings.Join(l.licenses, " AND ")}}
	}
	return c
}

// purl is the library's name among those of all ecosystems.
func (l library) purl() string {
	parts := strings.Split(l.name, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), "@", "%40")
	}
	return "pkg:" + l.ecosystem + "/" + strings.Join(parts, "/") + "@" + strings.ReplaceAll(url.PathEscape(l.version), "+", "%2B")
}

func hexSHA256(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func hexOfBase64(s string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	return hex.EncodeToString(raw), err
}
