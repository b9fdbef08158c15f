package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
)

const (
	// maxMail is the largest mail in bytes, and maxShown how much of the data is shown in it: whoever wants all of it follows
	// the link.
	maxMail  = 1 << 20
	maxShown = 64 << 10
	// prefix begins every subject: a tenant cannot write as somebody else.
	prefix = "[Guardrails]"
	// maxSubjectText is the longest subject that is sent, in characters.
	maxSubjectText = 250
)

// compose writes the mail. Its id, its date and the line between its parts come from the delivery, so that every attempt
// has the same bytes, and a mail server that gets two of them can tell.
func compose(from, tenantID string, c config, m deliver.Message) ([]byte, error) {
	at, err := time.Parse(clock.Layout, m.Event.Time)
	if err != nil {
		return nil, fmt.Errorf("read the event's time: %w", err)
	}
	text, err := plainText(m)
	if err != nil {
		return nil, err
	}
	// Recipients must be able to tell who writes to them, whatever a template says.
	text += "\nSent by Guardrails for its customer " + tenantID + ".\n"
	return letter{id: m.ID, from: from, to: c.To, subject: subject(c.Subject, m), text: text, at: at}.bytes()
}

// letter is a mail to be written.
type letter struct {
	// id is what the mail's own id, and the line between its parts, are made of.
	id, from      string
	to            []string
	subject, text string
	at            time.Time
}

func (l letter) bytes() ([]byte, error) {
	sum := sha256.Sum256([]byte(l.id))
	id := hex.EncodeToString(sum[:16])
	_, domain, _ := strings.Cut(l.from, "@")
	var b bytes.Buffer
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	header("From", l.from)
	header("To", strings.Join(l.to, ",\r\n "))
	header("Subject", encoded(l.subject))
	header("Date", l.at.Format(time.RFC1123Z))
	header("Message-ID", "<"+id+"@"+domain+">")
	header("Auto-Submitted", "auto-generated")
	header("MIME-Version", "1.0")
	header("Content-Type", `multipart/alternative; boundary="`+id+`"`)
	for _, part := range []struct{ kind, body string }{
		{"text/plain", l.text},
		{"text/html", "<!doctype html>\n<html><body><pre>" + html.EscapeString(l.text) + "</pre></body></html>\n"},
	} {
		b.WriteString("\r\n--" + id + "\r\n")
		header("Content-Type", part.kind+"; charset=utf-8")
		header("Content-Transfer-Encoding", "quoted-printable")
		b.WriteString("\r\n")
		q := quotedprintable.NewWriter(&b)
		if _, err := q.Write([]byte(part.body)); err != nil {
			return nil, err
		}
		if err := q.Close(); err != nil {
			return nil, err
		}
	}
	b.WriteString("\r\n--" + id + "--\r\n")
	return b.Bytes(), nil
}

// encoded writes a subject in lines that every mail server takes: as it is if it is short and ASCII.
func encoded(s string) string {
	word := mime.QEncoding.Encode("utf-8", s)
	if word == s && len(s) > 900 {
		return s[:900]
	}
	return strings.ReplaceAll(word, "?= =?", "?=\r\n =?")
}

// subject fills in the two placeholders, once: a value with braces stays as it is. Line breaks in values become spaces.
func subject(pattern string, m deliver.Message) string {
	if pattern == "" {
		pattern = defaultSubject
	}
	if !strings.HasPrefix(pattern, prefix) {
		pattern = prefix + " " + pattern
	}
	s := strings.NewReplacer("{{type}}", m.Event.Type, "{{subject}}", m.Event.Subject).Replace(pattern)
	s = strings.TrimSpace(strings.Map(func(c rune) rune {
		if unprintable(c) {
			return ' '
		}
		return c
	}, s))
	if r := []rune(s); len(r) > maxSubjectText {
		s = string(r[:maxSubjectText-1]) + "…"
	}
	return s
}

// plainText is the mail's text: the template's, if it yields a text alone, or the event with its data.
func plainText(m deliver.Message) (string, error) {
	var own struct {
		Text *string `json:"text"`
	}
	text := ""
	if m.Templated && jsonv2.Unmarshal(m.Data, &own, jsonv2.RejectUnknownMembers(true)) == nil && own.Text != nil {
		text = *own.Text + "\n"
	} else {
		pretty := jsontext.Value(slices.Clone(m.Data))
		if err := pretty.Indent(jsontext.WithIndent("  ")); err != nil {
			return "", err
		}
		text = fmt.Sprintf("Event:   %s\nType:    %s\nSubject: %s\nTime:    %s\n\n%s\n",
			line(m.Event.ID), line(m.Event.Type), line(m.Event.Subject), line(m.Event.Time), pretty)
	}
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "\n… cut off\n"
	}
	if m.Link != "" {
		text += "\nDelivery: " + line(m.Link) + "\n"
	}
	return text, nil
}

// line keeps a value on its line.
func line(s string) string {
	return strings.Map(func(c rune) rune {
		if unprintable(c) {
			return ' '
		}
		return c
	}, s)
}
