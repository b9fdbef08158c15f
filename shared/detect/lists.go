package detect

import (
	"regexp"
	"slices"
)

// lists are a tenant's allow entries.
type lists struct {
	// values, macs and domains lead from a folded value, a digest or a domain to the types that are allowed; "" is any
	// type, of domains any type of address.
	values  map[string][]string
	macs    map[string][]string
	domains map[string][]string
	regexes []allowRegex
	mac     func(string) string
}

// allowRegex is an expression that prefers long matches, so that a value matches as a whole if it can at all.
type allowRegex struct {
	re  *regexp.Regexp
	typ string
}

// allowBudget bounds the work of allow expressions on one text, in bytes of findings times expressions.
const allowBudget = 16 << 20

// dropAllowed drops the findings that an allow list names. It runs after the resolver, so that what an allowed
// finding beat does not come up in its place. Deny lists win over allow lists.
func (s *scan) dropAllowed() {
	l := s.plan.e.lists
	if l == nil {
		return
	}
	budget := allowBudget
	s.kept = slices.DeleteFunc(s.kept, func(i int32) bool {
		c := &s.cands[i]
		if c.det.denies() {
			return false
		}
		value := s.raw[c.start:c.end]
		budget -= (len(value) + 32) * len(l.regexes)
		return l.allows(value, c.det.Type, budget > 0)
	})
	s.allowCut = budget < 0
}

// allows reports whether an entry names a value of a type. Expressions are left out once the budget is spent.
func (l *lists) allows(value, typ string, expressions bool) bool {
	folded := foldString(value)
	if takes(l.values[folded], typ) || l.allowsDomain(folded, typ) || expressions && l.matches(value, folded, typ) {
		return true
	}
	if len(l.macs) == 0 {
		return false
	}
	return takes(l.macs[l.mac(value)], typ) || takes(l.macs[l.mac(folded)], typ)
}

func (l *lists) matches(value, folded, typ string) bool {
	return slices.ContainsFunc(l.regexes, func(r allowRegex) bool {
		return (r.typ == "" || r.typ == typ) && (r.matches(value) || r.matches(folded))
	})
}

// matches reports whether the expression matches all of value.
func (r *allowRegex) matches(value string) bool {
	at := r.re.FindStringIndex(value)
	return at != nil && at[0] == 0 && at[1] == len(value)
}

func takes(types []string, typ string) bool {
	return slices.Contains(types, "") || slices.Contains(types, typ)
}

// FoldValue returns the form in which values of lists are compared: case, width, accents, look-alikes and
// invisible characters folded. A digest for an allow entry is best made of it; one of the value as it stands
// works too.
func FoldValue(value string) string { return foldString(value) }
