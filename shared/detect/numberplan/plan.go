package numberplan

import (
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// plansText has a line for each country code (its regions, the main one first) and each region (its plan). The tests
// write it with -update.
//
//go:embed plans.txt
var plansText string

// plan is the numbering plan of a region.
type plan struct {
	code string
	// idd is what is dialed before a number of another country, trunk what before one of another area, and transform
	// what the trunk prefix becomes; leading tells regions that share a country code apart.
	idd, trunk, leading lazy
	transform           string
	// lengths are those of numbers that can be called from anywhere, local those of numbers without their area code.
	lengths, local []int
	general        kind
	kinds          []kind
}

// kind is one kind of number: fixed, mobile, toll free and so on. Without lengths it has those of the plan.
type kind struct {
	lengths []int
	pattern lazy
}

// lazy is a regular expression that is compiled when it is first asked for; most never are.
type lazy struct {
	source string
	once   *sync.Once
	re     **regexp.Regexp
}

func newLazy(source string) lazy { return lazy{source, new(sync.Once), new(*regexp.Regexp)} }

func (l lazy) get() *regexp.Regexp {
	l.once.Do(func() { *l.re = regexp.MustCompile(l.source) })
	return *l.re
}

// whole and prefix are the two ways in which the patterns of plans are meant.
func whole(pattern string) lazy  { return newLazy("^(?:" + pattern + ")$") }
func prefix(pattern string) lazy { return newLazy("^(?:" + pattern + ")") }

// plans is what plansText says.
type plans struct {
	// regions are those of a country code, the main one first; nowhere is the region of codes that belong to no country.
	regions map[string][]string
	byKey   map[string]*plan
}

const nowhere = "001"

// load reads the text; a line that is not as the tests write them is a fault of the program.
var load = sync.OnceValue(func() *plans {
	p := &plans{regions: map[string][]string{}, byKey: map[string]*plan{}}
	for line := range strings.Lines(plansText) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if f[0] == "code" {
			p.regions[f[1]] = f[2:]
			continue
		}
		x := &plan{
			code: f[1], idd: prefix(f[2]), trunk: prefix(f[3]), transform: f[4], leading: prefix(f[5]),
			lengths: numbers(f[6]), local: numbers(f[7]), general: kind{numbers(f[6]), whole(f[8])},
		}
		if f[3] == "" {
			x.trunk = lazy{}
		}
		if f[5] == "" {
			x.leading = lazy{}
		}
		for i := 9; i+1 < len(f); i += 2 {
			x.kinds = append(x.kinds, kind{numbers(f[i]), whole(f[i+1])})
		}
		p.byKey[key(f[1], f[0])] = x
	}
	return p
})

// key is a region's name; codes of no country share one, so theirs have the code too.
func key(code, region string) string {
	if region == nowhere {
		return nowhere + code
	}
	return region
}

func numbers(s string) []int {
	var out []int
	for _, f := range strings.Split(s, ",") {
		if n, err := strconv.Atoi(f); err == nil { // an empty list has none
			out = append(out, n)
		}
	}
	return out
}

// length is what the number of digits says.
type length int

const (
	fits length = iota
	fitsLocally
	tooShort
	tooLong
	fitsNothing
)

func (p *plan) length(digits string) length {
	n := len(digits)
	switch least, most := p.lengths[0], p.lengths[len(p.lengths)-1]; {
	case least < 0:
		return fitsNothing
	case slices.Contains(p.local, n):
		return fitsLocally
	case slices.Contains(p.lengths, n):
		return fits
	case n < least:
		return tooShort
	case n > most:
		return tooLong
	}
	return fitsNothing
}

// valid reports whether digits are a number of one of the kinds that the plan has.
func (p *plan) valid(digits string) bool {
	return p.general.has(digits) && slices.ContainsFunc(p.kinds, func(k kind) bool { return k.has(digits) })
}

func (k kind) has(digits string) bool {
	return (len(k.lengths) == 0 || slices.Contains(k.lengths, len(digits))) && k.pattern.get().MatchString(digits)
}
