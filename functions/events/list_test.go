package events

import (
	"strings"
	"testing"

	"guardrails/shared/eventtype"
)

func TestAPageOfTypesEndsWhereItIsFull(t *testing.T) {
	t.Parallel()
	var rows []eventtype.Row
	for _, name := range []string{"a.c", "a.b", "a.a"} {
		rows = append(rows, eventtype.Row{Name: name, Schema: strings.Repeat("x", 100), CreatedAt: int64(len(rows))})
	}
	for _, c := range []struct {
		name     string
		most     int
		fits     int
		position string
	}{
		{"all fit", 300, 3, "after"},
		{"two fit", 299, 2, rows[1].Position()},
		{"one is always shown", 1, 1, rows[0].Position()},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if page, position := fit(rows, "after", c.most); len(page) != c.fits || position != c.position {
				t.Errorf("%d types, then %q", len(page), position)
			}
		})
	}
	if page, position := fit(nil, "", 1); len(page) != 0 || position != "" {
		t.Errorf("of none %d types, then %q", len(page), position)
	}
}
