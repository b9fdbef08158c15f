package document

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/errs"
)

const (
	// maxName is the longest role or type of a part, nameBytes what it is made of.
	maxName   = 64
	nameBytes = "abcdefghijklmnopqrstuvwxyz0123456789_.-"
	// maxParts bounds the messages and parts of a conversation; maxFaults how many of its faults one answer lists.
	maxParts  = 10_000
	maxFaults = 100
)

// Message is one turn of a conversation with the strings of its content.
type Message struct {
	// Role is who speaks, as the caller wrote it.
	Role string
	// Strings have paths into the whole list: /0/content, or /0/content/1/text where content is a list of parts.
	Strings []String
	// Skipped counts the code points of inline data that is no text: nobody has looked at it.
	Skipped int
}

// Messages reads a list of chat messages {"role","content"}. Content is a string or a list of parts; of a part
// {"type":"text","text"} the text is taken, of any other part every string, so that nothing a model may read goes
// unseen. Inline data ("data:…;base64,…") is taken for the text that it holds, or skipped if it holds none. Roles and
// types of parts are names; those that are not among the known ones are strings like any other, because they may say
// something.
//
// At is the list's own JSON pointer in the request body ("/messages"). Faults of shape come back all at once as
// errs.InvalidRequest with pointers that begin with it; otherwise the errors are those of Strings.
func Messages(raw []byte, at string) ([]Message, error) {
	all, err := Strings(raw)
	if err != nil {
		return nil, locate(err, at)
	}
	outline, err := outlineOf(raw)
	if err != nil {
		return nil, err
	}
	if fields := outline.faults(at); len(fields) > 0 {
		return nil, errs.Invalid(fields...)
	}
	return outline.collect(all), nil
}

// collect hands each string to the message that its path names.
func (o outline) collect(all []String) []Message {
	out := make([]Message, len(o.messages))
	for i, m := range o.messages {
		out[i].Role = m.role
	}
	for _, s := range all {
		index, rest, _ := strings.Cut(strings.TrimPrefix(s.Path, "/"), "/")
		if i, err := strconv.Atoi(index); err == nil {
			o.take(&out[i], i, strings.Split(rest, "/"), s)
		}
	}
	return out
}

// take adds the string at the path inside message i to what is scanned of it.
func (o outline) take(m *Message, i int, path []string, s String) {
	switch {
	case path[0] == "role" && slices.Contains(knownRoles(), s.Value), len(path) == 3 && path[2] == "type" && slices.Contains(knownTypes(), s.Value):
		return
	case path[0] == "role" || o.text(i, path):
		m.Strings = append(m.Strings, s)
		return
	}
	if d, ok := inline(s.Value); ok {
		text, ok := d.text()
		if !ok {
			m.Skipped += utf8.RuneCountInString(s.Value)
			return
		}
		s.Value, s.Prefix = text, d.prefix()
	}
	m.Strings = append(m.Strings, s)
}

// knownRoles and knownTypes are the names that chat APIs use. They say nothing to a model, so nobody looks at them.
func knownRoles() []string {
	return []string{"system", "developer", "user", "assistant", "tool", "function", "model"}
}

func knownTypes() []string {
	return []string{
		"text", "input_text", "output_text", "refusal", "image", "image_url", "input_image", "audio", "input_audio", "output_audio", "video", "video_url",
		"file", "input_file", "document", "search_result", "tool_use", "tool_result", "tool_call", "function_call", "function_call_output",
		"thinking", "redacted_thinking", "reasoning",
	}
}

const nameRule = "a string of 1 to 64 lower-case letters, digits, underscores, dots and hyphens"

// name reports whether s may be a role or the type of a part.
func name(s string) bool { return s != "" && len(s) <= maxName && strings.Trim(s, nameBytes) == "" }

// text reports whether the path is the text of a text part, or a plain content.
func (o outline) text(i int, parts []string) bool {
	if len(parts) == 1 {
		return true
	}
	n, err := strconv.Atoi(parts[1])
	return err == nil && n < len(o.messages[i].parts) && o.messages[i].parts[n].kind == "text"
}

// outline is the shape of a list of messages without their content.
type outline struct {
	kind     jsontext.Kind
	messages []messageOutline
}

type messageOutline struct {
	kind, content jsontext.Kind
	hasRole       bool
	role          string
	unknown       bool
	parts         []partOutline
}

type partOutline struct {
	object  bool
	kind    string
	hasText bool
}

// faults lists what is wrong with the shape.
func (o outline) faults(at string) []errs.Field {
	if o.kind != '[' {
		return []errs.Field{{Location: at, Message: "must be a list of messages"}}
	}
	if len(o.messages) == 0 {
		return []errs.Field{{Location: at, Message: "must not be empty"}}
	}
	var out []errs.Field
	for i, m := range o.messages {
		out = append(out, m.faults(at+"/"+strconv.Itoa(i))...)
	}
	return out[:min(len(out), maxFaults)]
}

func (m messageOutline) faults(at string) []errs.Field {
	if m.kind != '{' {
		return []errs.Field{{Location: at, Message: "must be an object with role and content"}}
	}
	var out []errs.Field
	if m.unknown {
		out = append(out, errs.Field{Location: at, Message: "must have no members but role and content"})
	}
	if !m.hasRole || !name(m.role) {
		out = append(out, errs.Field{Location: at + "/role", Message: "must be " + nameRule})
	}
	if m.content != '"' && m.content != '[' {
		out = append(out, errs.Field{Location: at + "/content", Message: "must be a string or a list of parts"})
	}
	for i, p := range m.parts {
		if !p.object || !name(p.kind) || p.kind == "text" && !p.hasText {
			out = append(out, errs.Field{
				Location: at + "/content/" + strconv.Itoa(i),
				Message:  "must be an object with a text where the type is text, and with a type that is " + nameRule,
			})
		}
	}
	return out
}
