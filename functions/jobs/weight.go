package jobs

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// encodeResult encodes what is shown to callers, with angle brackets as they are: escaped each would take six bytes.
func encodeResult(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a result: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// weight is how many bytes JSON takes of a function's answer, which carries it as a string: quotes and backslashes are
// escaped there once more. A text full of quotes, whose own JSON escapes them already, weighs twice its size.
func weight(raw json.RawMessage) int {
	n := len(raw)
	for _, c := range raw {
		switch {
		case c == '"' || c == '\\':
			n++
		case c < ' ':
			n += len(`\u0000`) - 1
		}
	}
	return n
}
