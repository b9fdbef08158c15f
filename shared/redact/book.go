package redact

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// Book holds the pseudonyms of a conversation, so that a value keeps its number in every request of it. It holds no
// values: only digests of them under the tenant's key, bound to the conversation.
type Book struct {
	// Values are the digests by type, in the order of their numbers.
	Values map[string][]string
	// Grown says that a session has added values.
	Grown bool

	conversation string
	// numbers is the number of a type and digest.
	numbers map[string]int
}

// NewBook returns the book of a conversation with the values that are known of it; nil is none.
func NewBook(conversation string, values map[string][]string) *Book {
	b := &Book{Values: map[string][]string{}, conversation: conversation, numbers: map[string]int{}}
	for typ, digests := range values {
		b.Values[typ] = digests
		for i, d := range digests {
			b.numbers[typ+"\x00"+d] = i + 1
		}
	}
	return b
}

// Size is how many values the book holds.
func (b *Book) Size() int { return len(b.numbers) }

const (
	// bookDomain separates these digests from every other use of the tenant's key, and type from type.
	bookDomain = "redact.pseudonym/"
	// bookDigest is how many bytes of a digest tell the values of a conversation apart.
	bookDigest = 16
)

// number returns the number of a value, the next one for a value that is new.
func (b *Book) number(ctx context.Context, keys Keys, typ, value string) (int, error) {
	sum, err := keys.MAC(ctx, bookDomain+typ, []byte(b.conversation+"\x00"+strings.ToLower(value)))
	if err != nil {
		return 0, fmt.Errorf("digest: %w", err)
	}
	digest := base64.RawStdEncoding.EncodeToString(sum[:bookDigest])
	key := typ + "\x00" + digest
	n, ok := b.numbers[key]
	if !ok {
		b.Values[typ] = append(b.Values[typ], digest)
		n, b.Grown = len(b.Values[typ]), true
		b.numbers[key] = n
	}
	return n, nil
}
