package events

import (
	"slices"
	"strings"
)

// MaxType is how long the name of a type may be, in bytes.
const MaxType = 128

const minSegments, maxSegments = 2, 6

// Family is the first segment of a type: "analysis" of "analysis.completed".
func Family(typ string) string {
	family, _, _ := strings.Cut(typ, ".")
	return family
}

// Reserved lists the families of the platform's own types, now and later. Tenants' types are of others.
func Reserved() []string {
	return []string{
		"analysis", "finding", "policy", "job", "task", "delivery", "destination", "rule", "quota", "limit", "key", "user", "role", "tenant",
		"audit", "model", "guardrails",
	}
}

// IsReserved reports whether a type is of a reserved family.
func IsReserved(typ string) bool { return slices.Contains(Reserved(), Family(typ)) }

// ValidType reports whether typ has the form of a type, such as "orders.order.created": two to six segments of
// lower-case letters, digits and '_', each beginning with a letter, and at most MaxType bytes. Whether a tenant may
// have it is another question: see IsReserved.
func ValidType(typ string) bool {
	if len(typ) > MaxType {
		return false
	}
	segments := strings.Split(typ, ".")
	if len(segments) < minSegments || len(segments) > maxSegments {
		return false
	}
	return !slices.ContainsFunc(segments, func(s string) bool { return !validSegment(s) })
}

func validSegment(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}
