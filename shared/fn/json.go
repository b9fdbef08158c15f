package fn

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// jsonFormat is how bodies are read and written.
func jsonFormat() huma.Format {
	return huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decodeJSON}
}

// decodeJSON reads a body as encoding/json does, but for names: they have one spelling. encoding/json takes "TEXT" for
// the field text and lets the last spelling win, while a schema, and whoever reads the body behind us, looks at "text":
// what was validated and analyzed would not be what is used.
func decodeJSON(data []byte, v any) error {
	return json.Unmarshal(data, v, jsonv1.DefaultOptionsV1(),
		json.MatchCaseInsensitiveNames(false), jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))
}
