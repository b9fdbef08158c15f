package policy

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Pack is a shipped set of rules for one framework. Packs are read-only.
type Pack struct {
	ID          string `json:"id" doc:"Names the pack in requests." example:"pci_dss"`
	Framework   string `json:"framework" doc:"The framework as violations name it." example:"PCI-DSS"`
	Name        string `json:"name" doc:"The framework's full name."`
	Description string `json:"description" doc:"What the pack looks for."`
	Version     int    `json:"version" minimum:"1" doc:"Counts the changes of the shipped rules."`
	Rules       []Rule `json:"rules" doc:"The rules."`
}

//go:embed frameworks/*.json
var files embed.FS

// order is how packs are listed.
func order() []string {
	return []string{
		"hipaa", "gdpr", "pci_dss", "pipeda", "soc2", "ccpa", "hipaa_safe_harbor", "gdpr_art9", "glba", "ferpa", "lgpd",
		"uk_dpa", "au_privacy", "in_dpdp", "owasp_llm",
	}
}

// packs reads the files once, on first use: most functions never need them.
var packs = sync.OnceValues(loadPacks)

func loadPacks() ([]Pack, error) {
	out := make([]Pack, 0, len(order()))
	for _, id := range order() {
		raw, err := files.ReadFile("frameworks/" + id + ".json")
		if err != nil {
			return nil, fmt.Errorf("read pack %s: %w", id, err)
		}
		var p Pack
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&p); err != nil {
			return nil, fmt.Errorf("read pack %s: %w", id, err)
		}
		for i := range p.Rules {
			p.Rules[i].Framework = p.Framework
			p.Rules[i] = p.Rules[i].listed()
		}
		out = append(out, p)
	}
	return out, nil
}

// Packs returns the shipped packs. The caller must not change them. A test reads every file, so that a build with a
// broken one does not pass.
func Packs() []Pack {
	list, err := packs()
	if err != nil {
		panic(err) // embedded data: wrong only in a build that skipped the tests
	}
	return list
}

// PackByID returns a shipped pack by its exact id.
func PackByID(id string) (Pack, bool) {
	list := Packs()
	i := slices.IndexFunc(list, func(p Pack) bool { return p.ID == id })
	if i < 0 {
		return Pack{}, false
	}
	return list[i], true
}

// PackID returns the id of the pack that a name means, in any spelling: pci_dss, PCI-DSS, Pci.
func PackID(name string) (string, bool) {
	id := strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(name), "-", "_"), " ", "_")
	if id == "pci" {
		id = "pci_dss"
	}
	_, ok := PackByID(id)
	return id, ok
}

// Policy returns the pack as a policy that has nothing but the pack's rules; its id is the pack's.
func (p Pack) Policy() Policy {
	return Policy{
		ID: p.ID, Version: p.Version, Status: Inactive,
		Definition: Definition{Name: p.Name, Description: p.Description, Extends: []string{p.ID}},
		CreatedAt:  released(), UpdatedAt: released(),
	}
}

// released is the time that shipped packs carry.
func released() time.Time { return time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC) }
