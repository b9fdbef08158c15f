package redact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"guardrails/shared/outage"
)

// Failure is an encrypted token that could not be restored and stayed as it was. Start and End count code points in
// the string given. It does not say whether the token is damaged, another tenant's or under an unknown key.
type Failure struct {
	Type  string `json:"type" doc:"What the token says it stands for." example:"US_SSN"`
	Path  string `json:"path" doc:"JSON pointer of the string in the value given; empty for a plain text."`
	Start int    `json:"start" minimum:"0" doc:"Where the token begins, in code points."`
	End   int    `json:"end" minimum:"0" doc:"Where the token ends, in code points."`
}

// Restore puts the values back in place of the encrypted tokens of text, one by one. A token that is damaged, another
// tenant's or under an unknown key stays as it is and is listed. Items have the operator that made the token.
// The error is errs.Overloaded where the key service does not answer, outage.ErrRefused where it refuses, or the context's.
func Restore(ctx context.Context, keys Keys, tenant, path, text string) (string, []Item, []Failure, error) {
	r := &restorer{keys: keys, tenant: tenant, path: path, text: text}
	for {
		t, ok := nextToken(text, r.last)
		if !ok {
			break
		}
		if err := r.token(ctx, t); err != nil {
			return "", nil, nil, fmt.Errorf("restore a token: %w", err)
		}
	}
	r.out.WriteString(text[r.last:])
	return r.out.String(), r.items, r.failed, nil
}

type restorer struct {
	keys               Keys
	tenant, path, text string
	out                strings.Builder
	// last and runes are how far the text is done, in bytes and code points.
	last, runes int
	items       []Item
	failed      []Failure
}

func (r *restorer) token(ctx context.Context, t token) error {
	value, err := t.open(ctx, r.keys, r.tenant)
	if outage.OfService(err) || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	start := r.runes + utf8.RuneCountInString(r.text[r.last:t.start])
	end := start + t.end - t.start
	r.out.WriteString(r.text[r.last:t.start])
	if err != nil {
		r.out.WriteString(r.text[t.start:t.end])
		r.failed = append(r.failed, Failure{Type: t.typ, Path: r.path, Start: start, End: end})
	} else {
		r.out.Write(value)
		r.items = append(r.items, Item{Type: t.typ, Operator: t.operator(), Path: r.path, Start: start, End: end})
	}
	r.last, r.runes = t.end, end
	return nil
}
