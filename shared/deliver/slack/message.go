package slack

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf16"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/deliver"
)

// Slack's limits, in characters. It does not say which; UTF-16 units are never fewer than any of them.
const (
	maxText   = 3000
	maxHeader = 150
	maxField  = 2000
	maxBlocks = 50
)

var errTemplate = errors.New("the template yields no message for Slack")

type text struct {
	Type string `json:"type"`
	Text string `json:"text"`
	// Verbatim keeps Slack from making links and mentions of what looks like one.
	Verbatim bool `json:"verbatim,omitzero"`
}

type block struct {
	Type     string `json:"type"`
	Text     *text  `json:"text,omitempty"`
	Fields   []text `json:"fields,omitempty"`
	Elements []text `json:"elements,omitempty"`
}

// message makes the request's body: the template's own message, or one of the event's data. Wherever Slack would read
// markup, what comes from events is escaped: it must not call a channel or pass a link off as another.
func message(m deliver.Message) ([]byte, error) {
	var data map[string]any
	// A template that yields something else than an object has no message of its own.
	if m.Templated && jsonv2.Unmarshal(m.Data, &data) == nil && ownMessage(data) {
		return templated(data)
	}
	pretty := jsontext.Value(slices.Clone(m.Data))
	if err := pretty.Indent(jsontext.WithIndent("  ")); err != nil {
		return nil, err
	}
	fields := []text{plain("Event\n"+m.Event.ID, maxField), plain("Time\n"+m.Event.Time, maxField)}
	if m.Event.Subject != "" {
		fields = append(fields, plain("Subject\n"+m.Event.Subject, maxField))
	}
	about := "Guardrails"
	if m.Link != "" {
		about += " · " + m.Link
	}
	fenced := text{Type: "mrkdwn", Text: "```" + escaped(string(pretty), maxText-6) + "```", Verbatim: true}
	header := plain(m.Event.Type, maxHeader)
	return jsonv2.Marshal(struct {
		Text   string  `json:"text"`
		Blocks []block `json:"blocks"`
	}{
		// The text is what notifications show.
		escaped(strings.TrimSpace(m.Event.Type+" "+m.Event.Subject), maxText),
		[]block{
			{Type: "header", Text: &header},
			{Type: "section", Fields: fields},
			{Type: "section", Text: &fenced},
			{Type: "context", Elements: []text{plain(about, maxField)}},
		},
	})
}

// plain is a text that Slack reads no markup in.
func plain(s string, most int) text { return text{Type: "plain_text", Text: cut(s, most)} }

// escaped replaces what begins markup in mrkdwn, and backticks, of which three would end the fence.
func escaped(s string, most int) string {
	var b strings.Builder
	length := 0
	for _, c := range s {
		piece := string(c)
		switch c {
		case '&':
			piece = "&amp;"
		case '<':
			piece = "&lt;"
		case '>':
			piece = "&gt;"
		case '`':
			piece = "'"
		}
		n := units(piece)
		if length+n > most-1 {
			b.WriteString("…")
			break
		}
		length += n
		b.WriteString(piece)
	}
	return b.String()
}

func cut(s string, most int) string {
	length := 0
	for i, c := range s {
		length += utf16.RuneLen(c)
		if length > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// ownMessage reports whether a template yields a message for Slack and nothing else.
func ownMessage(data map[string]any) bool {
	for name := range data {
		if name != "text" && name != "blocks" {
			return false
		}
	}
	return len(data) > 0
}

// templated judges a template's own message. Markup that would call people or hide a link is escaped there, too: a
// template puts the event's values into it.
func templated(data map[string]any) ([]byte, error) {
	if given, ok := data["text"]; ok {
		s, ok := given.(string)
		if !ok || s == "" || units(s) > maxText {
			return nil, errTemplate
		}
		data["text"] = unmarked(s)
	}
	if given, ok := data["blocks"]; ok {
		blocks, ok := given.([]any)
		if !ok || len(blocks) == 0 || len(blocks) > maxBlocks {
			return nil, errTemplate
		}
		for _, b := range blocks {
			fields, ok := b.(map[string]any)
			if !ok || !slices.Contains(blockTypes(), kind(fields)) {
				return nil, errTemplate
			}
			if !neutral(fields, false) {
				return nil, errTemplate
			}
		}
	}
	return jsonv2.Marshal(data, jsonv2.Deterministic(true))
}

// blockTypes are the blocks that show something. Those with input are left out: nobody would answer. So is markdown, whose
// links cannot be told from text by escaping what Slack's own markup begins with.
func blockTypes() []string {
	return []string{"section", "header", "divider", "context", "image", "rich_text"}
}

// richTypes are what rich text may be made of. Elements that call people (user, usergroup, broadcast) or stand for what
// only Slack can tell are left out, and so are those that it adds later.
func richTypes() []string {
	return []string{
		"rich_text", "rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted",
		"text", "link", "emoji", "color", "date", "channel",
	}
}

func kind(fields map[string]any) string {
	s, _ := fields["type"].(string)
	return s
}

// neutral makes every text and link below v harmless in place, and reports whether all texts are short enough and rich
// text calls nobody. rich says that v is in rich text.
func neutral(v any, rich bool) bool {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if !neutral(one, rich) {
				return false
			}
		}
	case map[string]any:
		rich = rich || kind(v) == "rich_text"
		if rich && kind(v) != "" && !slices.Contains(richTypes(), kind(v)) {
			return false
		}
		honest(v)
		for name, one := range v {
			if s, ok := one.(string); ok {
				if units(s) > maxText {
					return false
				}
				if name == "text" && kind(v) == "mrkdwn" {
					v[name] = unmarked(s)
				}
				continue
			}
			if !neutral(one, rich) {
				return false
			}
		}
		if kind(v) == "mrkdwn" {
			v["verbatim"] = true
		}
	}
	return true
}

func unmarked(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s)
}
