package rule

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"guardrails/shared/errs"
)

func TestImportPattern(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ pattern, types, condition, fault string }{
		"types":        {`{"detail-type":["a.b","a.c"]}`, "a.b a.c", "", ""},
		"family":       {`{"type":[{"prefix":"a."},"a.b"],"source":["guardrails"]}`, "a.*", `event.source == "guardrails"`, ""},
		"odd types":    {`{"type":[{"suffix":".b"}]}`, "*", `event.type.endsWith(".b")`, ""},
		"values":       {`{"detail":{"s":["x"],"n":[5,1.5],"b":[true],"z":[null]}}`, "*", `event.data.b == true && event.data.n in [5.0, 1.5] && event.data.s == "x" && event.data.z == null`, ""},
		"nested":       {`{"data":{"a":{"b-c":["x"]},"in":["y"]}}`, "*", `event.data.a["b-c"] == "x" && event.data["in"] == "y"`, ""},
		"text":         {`{"data":{"s":[{"prefix":"a"},{"suffix":"b"},{"equals-ignore-case":"AbC"},{"prefix":{"equals-ignore-case":"X"}}]}}`, "*", `(event.data.s.startsWith("a") || event.data.s.endsWith("b") || event.data.s.lowerAscii() == "abc" || event.data.s.lowerAscii().startsWith("x"))`, ""},
		"wildcard":     {`{"data":{"s":[{"wildcard":"a.*\\*"}]}}`, "*", `event.data.s.matches("(?s)^a\\..*\\*$")`, ""},
		"numeric":      {`{"data":{"n":[{"numeric":[">",0,"<=",5]},{"numeric":["=",7]}]}}`, "*", `((event.data.n > 0.0 && event.data.n <= 5.0) || event.data.n == 7.0)`, ""},
		"exists":       {`{"data":{"a":{"b.c":[{"exists":true}]},"d":[{"exists":false}]},"labels":{"t":[{"exists":true}]}}`, "*", `has_field("a.b\\.c") && !(has_field("d")) && "t" in event.labels`, ""},
		"anything-but": {`{"data":{"a":[{"anything-but":"x"}],"b":[{"anything-but":[1,2]}],"c":[{"anything-but":{"prefix":"p"}}],"d":[{"anything-but":{"suffix":["p","q"]}}]}}`, "*", `!(event.data.a == "x") && !(event.data.b in [1.0, 2.0]) && !(event.data.c.startsWith("p")) && !(event.data.d.endsWith("p") || event.data.d.endsWith("q"))`, ""},
		"or":           {`{"data":{"$or":[{"a":["x"],"b":["y"]},{"c":[1]}],"z":["q"]}}`, "*", `((event.data.a == "x" && event.data.b == "y") || event.data.c == 1.0) && event.data.z == "q"`, ""},
		"or of types":  {`{"$or":[{"type":["a.b"]},{"source":["s"]}]}`, "*", `(event.type == "a.b" || event.source == "s")`, ""},
		"not JSON":     {`{`, "", "", "|expected an object with at least one field"},
		"unknown":      {`{"region":["x"]}`, "", "", "/region|expected type"},
		"operator":     {`{"data":{"a/b":["x",{"cidr":"10.0.0.0/8"}]}}`, "", "", "/data/a~1b/1|expected prefix"},
		"numeric odd":  {`{"data":{"n":[{"numeric":[">"]}]}}`, "", "", "/data/n/0/numeric|expected one or two"},
		"numeric null": {`{"data":{"n":[{"numeric":[">",null]}]}}`, "", "", "/data/n/0/numeric/1|expected a number"},
		"deep":         {`{"data":` + strings.Repeat(`{"a":`, 20) + `["x"]` + strings.Repeat("}", 20) + `}`, "", "", "|expected at most 16 levels"},
		"large":        {`{"data":{"a":["` + strings.Repeat("x", MaxPattern) + `"]}}`, "", "", "|expected at most 65536 bytes"},
		"long":         {`{"data":{"a":["` + strings.Repeat("x", MaxSource) + `"]}}`, "", "", "|the pattern makes a condition"},
	}
	e := patient()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			types, condition, err := ImportPattern(json.RawMessage(c.pattern))
			if c.fault != "" {
				var fault *errs.Error
				at, message, _ := strings.Cut(c.fault, "|")
				if !errors.As(err, &fault) || fault.Fields[0].Location != at || !strings.HasPrefix(fault.Fields[0].Message, message) {
					t.Fatalf("got %v %+v", err, fault)
				}
				return
			}
			if err != nil || strings.Join(types, " ") != c.types || condition != c.condition {
				t.Fatalf("got %v\n%s\n%s, %v", types, condition, c.condition, err)
			}
			d := definition(condition)
			d.EventTypes = types
			if _, err := e.Check(d, nil); err != nil {
				t.Error(err)
			}
		})
	}
}
