package record

import (
	"slices"
	"strings"

	"guardrails/shared/document"
	"guardrails/shared/policy"
)

// maxPath times maxFindings is well below what a message and an item may hold.
const maxPath = 512

// maskPath keeps a pointer's indexes and field names and replaces every other segment by "*": a document whose keys
// are people or numbers must not write them into a record. Of a pointer longer than maxPath bytes the beginning stays, so
// that long names cannot make a record too large to be kept.
func maskPath(pointer string) string {
	if len(pointer) > maxPath {
		pointer = pointer[:strings.LastIndexByte(pointer[:maxPath], '/')+1] + "*"
	}
	parts := strings.Split(pointer, "/")
	for i, p := range parts {
		if p != "" && !document.PlainSegment(p) {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// keepListed drops from violations the ids of findings that the record does not list.
func keepListed(in []policy.Violation, listed []policy.Finding) []policy.Violation {
	ids := map[string]bool{}
	for _, f := range listed {
		ids[f.ID] = true
	}
	out := make([]policy.Violation, len(in))
	for i, v := range in {
		v.Findings = slices.DeleteFunc(slices.Clone(v.Findings), func(id string) bool { return !ids[id] })
		out[i] = v
	}
	return out
}

// terse drops from violations what is not needed to know what was breached.
func terse(in []policy.Violation) []policy.Violation {
	out := make([]policy.Violation, len(in))
	for i, v := range in {
		v.Message, v.Remediation, v.Findings = "", "", []string{}
		out[i] = v
	}
	return out
}
