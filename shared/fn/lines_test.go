package fn

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"guardrails/shared/errs"
)

func TestLinesBecomeAList(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":1}`:                       `[{"a":1}]`,
		"{\"a\":1}\n{\"a\":2}\r\n":      `[{"a":1},{"a":2}]`,
		"\n {\"a\":1} \n\n\t[2]\n\"x\"": `[{"a":1},[2],"x"]`,
		"\n\n":                          `[]`,
	} {
		got, err := listOf("application/x-ndjson; charset=UTF-8", []byte(body))
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, %v, want %s", body, got, err, want)
		}
	}
	for _, contentType := range []string{"", "application/json", "application/x-ndjson; charset=latin1", "text/plain"} {
		if _, err := listOf(contentType, []byte("{}")); !errors.Is(err, errs.UnsupportedMediaType) {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

func FuzzLines(f *testing.F) {
	for _, s := range []string{"{\"text\":\"a\"}\n{}", "\r\n", "[1\n2]", "{\"secretmarker\"", "\"\\ud800\"", "\xff", "1 2", strings.Repeat("[", 70)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		list, err := listOf(LinesType, []byte(body))
		if err != nil {
			if strings.Contains(err.Error(), "secretmarker") || !errors.Is(err, errs.MalformedBody) {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		want := 0
		for _, line := range strings.Split(body, "\n") {
			if strings.TrimSpace(line) != "" {
				want++
			}
		}
		var items []json.RawMessage
		if err := json.Unmarshal(list, &items); err != nil || len(items) != want {
			t.Fatalf("%q makes %s: %d items, want %d: %v", body, list, len(items), want, err)
		}
	})
}
