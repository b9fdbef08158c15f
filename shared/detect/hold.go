package detect

import (
	"regexp/syntax"
)

// holdBack is how much of the view there must be behind a joint, in bytes. What is found before a joint depends on no more:
// the windows of sentences have 600 bytes, those of anchors and of most keywords up to 512, the units of the models 512.
const holdBack = 640

// lead is the word that every match of a pattern begins with, whose keyword may stand up to window bytes behind it.
type lead struct {
	word   string
	window int
}

// holdBack works out how much of a stream is held back for the detectors of the plan.
func (p *Plan) holdBack() {
	p.hold = holdBack
	for i, d := range p.e.dets {
		if !p.enabled[i] {
			continue
		}
		p.meaning = p.meaning || d.meaning()
		if d.Pattern == nil || d.Pattern.Window < holdBack {
			continue
		}
		if word := leadOf(d.Pattern.Regexp); word != "" {
			p.leads = append(p.leads, lead{word: word, window: d.Pattern.Window + maxKeyword})
		} else {
			p.hold = max(p.hold, d.Pattern.Window+maxKeyword)
		}
	}
	for _, x := range p.e.regexes {
		if !p.enabled[x.det.id] {
			continue
		}
		if x.literal && x.reach > 0 {
			p.hold = max(p.hold, x.reach+maxKeyword)
		} else {
			p.hold = max(p.hold, maxReach)
		}
	}
}

// maxKeyword is more than the length of any keyword that a window of a stream must have room for.
const maxKeyword = 40

// leadOf returns the literal, in lower case, that every match of an expression begins with, or "".
func leadOf(expr string) string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return ""
	}
	for re.Op == syntax.OpConcat || re.Op == syntax.OpCapture {
		first := 0
		for first < len(re.Sub)-1 && (re.Sub[first].Op == syntax.OpWordBoundary || re.Sub[first].Op == syntax.OpNoWordBoundary) {
			first++
		}
		re = re.Sub[first]
	}
	if re.Op != syntax.OpLiteral {
		return ""
	}
	return foldString(string(re.Rune))
}
