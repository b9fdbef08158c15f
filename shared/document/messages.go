package document

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/errs"
)

const (
	maxRole = 64
	// maxParts bounds the messages and parts of a conversation; maxFaults how many of its faults one answer lists.
	maxParts  = 10_000
	maxFaults = 100
	// maxDataHeader is the longest media type of inline data in bytes, headerBytes what it is made of.
	maxDataHeader = 120
	headerBytes   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.+-;="
)

// Message is one turn of a conversation with the strings of its content.
type Message struct {
	// Role is who speaks, as the caller wrote it; it is not scanned.
	Role string
	// Strings have paths into the whole list: /0/content, or /0/content/1/text where content is a list of parts.
	Strings []String
}

// Messages reads a list of chat messages {"role","content"}. Content is a string or a list of parts; of a part
// {"type":"text","text"} the text is taken, of any other part every string but its type and inline data
// ("data:…;base64,…"), so that nothing a model may read goes unseen.
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
		i, err := strconv.Atoi(index)
		if err == nil && o.scanned(i, rest, s.Value) {
			out[i].Strings = append(out[i].Strings, s)
		}
	}
	return out
}

// scanned reports whether the string at the path inside message i is content.
func (o outline) scanned(i int, path, value string) bool {
	parts := strings.Split(path, "/")
	if parts[0] != "content" {
		return false
	}
	if len(parts) == 3 && parts[2] == "type" {
		return false
	}
	return !inline(value) || o.text(i, parts)
}

// inline reports whether a value is inline data and nothing else: words behind "data:…;base64," would be read.
func inline(value string) bool {
	header, data, ok := strings.Cut(value, ";base64,")
	if !ok || len(header) > maxDataHeader || !strings.HasPrefix(header, "data:") || strings.Trim(header, headerBytes) != "" {
		return false
	}
	_, err := base64.StdEncoding.DecodeString(data)
	return err == nil && !strings.ContainsAny(data, "\r\n")
}

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
	if n := utf8.RuneCountInString(m.role); !m.hasRole || n < 1 || n > maxRole {
		out = append(out, errs.Field{Location: at + "/role", Message: "must be a string of 1 to 64 characters"})
	}
	if m.content != '"' && m.content != '[' {
		out = append(out, errs.Field{Location: at + "/content", Message: "must be a string or a list of parts"})
	}
	for i, p := range m.parts {
		if !p.object || p.kind == "" || p.kind == "text" && !p.hasText {
			out = append(out, errs.Field{
				Location: at + "/content/" + strconv.Itoa(i),
				Message:  "must be an object with a type, and with a text where the type is text",
			})
		}
	}
	return out
}
