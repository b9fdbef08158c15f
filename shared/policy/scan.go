package policy

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/redact"
)

// Scanned is one string and what was found in it.
type Scanned struct {
	// Path is the string's JSON pointer in the value given.
	Path   string
	Text   string
	Source detect.Source
	Result detect.Result
}

// Plan is a set with the options of one request and one origin of texts. It is safe for concurrent use.
type Plan struct {
	set    *Set
	plan   *detect.Plan
	source detect.Source
}

// Plan resolves a request's options against the set. The set's thresholds hold where the request has none for a
// type; what the rules look for themselves is always included. Options.Keys belong to Scan.
//
// Names in Include or Exclude that stand for nothing are errs.InvalidRequest; at is the JSON pointer of the object
// with include and exclude in the request ("/detectors").
func (s *Set) Plan(o detect.Options, at string) (*Plan, error) {
	if o.Source == "" {
		o.Source = detect.SourceInput
	}
	plan, err := s.engine.Compile(s.options(o))
	if err != nil {
		var fields []errs.Field
		for _, f := range detect.FieldErrors(err) {
			fields = append(fields, errs.Field{Location: at + f.Pointer, Message: f.Message})
		}
		return nil, errs.Invalid(fields...)
	}
	source := o.Source
	if source == detect.SourceSystem {
		source = detect.SourceInput // to rules, which know three origins, it is what a model is given
	}
	return &Plan{set: s, plan: plan, source: source}, nil
}

// options adds the set's thresholds to a request's options. The engine always looks for the rules' own words.
func (s *Set) options(o detect.Options) detect.Options {
	if len(s.thresholds) > 0 {
		thresholds := maps.Clone(s.thresholds)
		for name, t := range o.Thresholds {
			if typ := detect.Canonical(name); !strings.HasPrefix(typ, typePrefix) {
				thresholds[typ] = t
			}
		}
		o.Thresholds = thresholds
	}
	return o
}

// Scan looks for findings in one string of a request. Keys are the names around it, outermost first.
// Replacements of an earlier redaction are no findings, so that redacted text may pass again.
func (p *Plan) Scan(ctx context.Context, path, text string, keys []string) Scanned {
	blanked, markers := redact.Blank(text, p.set.makes)
	r := p.plan.Scan(ctx, blanked, keys)
	if p.set.placeholders || len(markers) > 0 {
		nobody := func(f detect.Finding) bool {
			return p.set.placeholders && placeholder(f.Type, text[f.ByteStart:f.ByteEnd]) || remnant(&f, markers)
		}
		r.Findings, r.Hidden = slices.DeleteFunc(r.Findings, nobody), slices.DeleteFunc(r.Hidden, nobody)
	}
	return Scanned{Path: path, Text: text, Source: p.source, Result: r}
}

// makes reports whether the set's engine makes findings of the type.
func (s *Set) makes(typ string) bool { return s.types[typ] }

// remnant reports whether a finding is what an earlier redaction left: a marker, or a URL with a marker in it.
func remnant(f *detect.Finding, markers []redact.Marker) bool {
	at, _ := slices.BinarySearchFunc(markers, f.ByteStart, func(m redact.Marker, start int) int { return cmp.Compare(m.End, start) })
	if at == len(markers) {
		return false
	}
	m := markers[at]
	if f.Type == "URL" || f.Type == "DOMAIN_NAME" {
		return f.ByteStart < m.End && f.ByteEnd >= m.Start
	}
	return f.ByteStart >= m.Start && f.ByteEnd <= m.End
}

// placeholder reports whether a value stands for nobody: a mail address of a reserved domain, a test card of the
// card brands, a fictional North American number.
func placeholder(typ, value string) bool {
	switch typ {
	case "EMAIL_ADDRESS", "DOMAIN_NAME", "URL":
		return reservedDomain(value)
	case "CREDIT_CARD":
		return testCard(digits(value))
	case "PHONE_NUMBER":
		d := strings.TrimPrefix(digits(value), "1")
		return len(d) == 10 && d[3:8] == "55501"
	}
	return false
}

// reservedDomain reports whether the host of an address or URL is set aside for documentation and tests (RFC 2606).
func reservedDomain(value string) bool {
	host := strings.ToLower(value)
	if _, after, ok := strings.Cut(host, "://"); ok {
		host = after
	}
	host = host[:len(host)-len(strings.TrimLeft(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_+%@"))]
	host = strings.Trim(host[strings.LastIndexByte(host, '@')+1:], ".")
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if last == "example" || last == "test" || last == "invalid" || last == "localhost" {
		return true
	}
	if len(labels) < 2 {
		return false
	}
	return labels[len(labels)-2] == "example" && (last == "com" || last == "org" || last == "net")
}

// testCard reports whether the number is one that card brands publish for tests.
func testCard(number string) bool {
	switch number {
	case "4111111111111111", "4012888888881881", "4222222222222", "4242424242424242", "5555555555554444",
		"5105105105105100", "2223003122003222", "378282246310005", "371449635398431", "378734493671000",
		"6011111111111117", "6011000990139424", "3530111333300000", "3566002020360505", "30569309025904",
		"38520000023237":
		return true
	}
	return false
}

// digits drops everything but ASCII digits.
func digits(value string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, value)
}
