package gauge

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// The corpus is Documents texts of about DocumentSize bytes with up to six values each, the same in every run.
const (
	Documents    = 500
	DocumentSize = 1 << 10
	// Joined is how many of them make one long text.
	Joined = 64

	maxValues = 6
	seed      = 1
)

// Corpus returns the documents.
func Corpus() []string {
	r := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // texts to measure with, the same every time
	out := make([]string, Documents)
	for i := range out {
		out[i] = document(r)
	}
	return out
}

// Long joins documents to texts of 64 KB.
func Long(documents []string) []string {
	var out []string
	for len(documents) >= Joined {
		out = append(out, strings.Join(documents[:Joined], "\n\n"))
		documents = documents[Joined:]
	}
	return out
}

// document is a letter, a ticket or a note in sentences, with values in sentences of their own between them.
func document(r *rand.Rand) string {
	var sentences []string
	size := 0
	for range r.IntN(maxValues + 1) {
		s := values[r.IntN(len(values))](r)
		sentences, size = append(sentences, s), size+len(s)+1
	}
	for size <= DocumentSize { // the last space is not written
		s := sentence(r)
		sentences, size = append(sentences, s), size+len(s)+1
	}
	r.Shuffle(len(sentences), func(i, j int) { sentences[i], sentences[j] = sentences[j], sentences[i] })
	return strings.Join(sentences, " ")
}

// sentence fills one of some hundreds of thousands of sentences without a value.
func sentence(r *rand.Rand) string {
	who := of(r, "The team", "Our office", "A customer", "The warehouse", "Nobody here", "The new driver", "My colleague", "The board", "Support", "The auditor")
	verb := of(r, "has looked at", "will repeat", "asked about", "could not find", "agreed to", "wrote up", "keeps track of", "is waiting for", "paid for", "sent back")
	what := of(r, "the second delivery", "a summary of the meeting", "the rules for returns", "several old invoices", "the plan for next spring", "that broken printer", "the figures of last quarter", "her question about parking", "the translation", "an early version of the app")
	when := of(r, "on Monday", "before lunch", "at about 10:30", "since 2019", "in room 204", "within 30 days", "after the holidays", "by the end of May", "for the third time", "as agreed")
	why := of(r, "", "", ", because the weather was bad", ", although order 58213 was complete", "; please call the desk between nine and five", ", which costs about 20 EUR more", " and nobody minded", ", so version 2.14.1 has to wait")
	return fmt.Sprintf("%s %s %s %s%s.", who, verb, what, when, why)
}

// values are sentences with a value in them.
var values = []func(r *rand.Rand) string{
	func(r *rand.Rand) string {
		return fmt.Sprintf("Write to %s.%s%d@mail.com.", lowerName(r), lowerName(r), r.IntN(90))
	},
	func(r *rand.Rand) string { return fmt.Sprintf("My name is %s %s.", name(r), name(r)) },
	func(r *rand.Rand) string { return fmt.Sprintf("Call me at +1 212 555 %04d.", r.IntN(1e4)) },
	func(r *rand.Rand) string { return "The card is " + card(r) + "." },
	func(r *rand.Rand) string {
		return fmt.Sprintf("SSN: %03d-%02d-%04d.", 100+r.IntN(500), 10+r.IntN(80), 1000+r.IntN(8999))
	},
	func(r *rand.Rand) string { return "Pay to IBAN " + iban(r) + "." },
	func(r *rand.Rand) string {
		return fmt.Sprintf("The host is 10.%d.%d.%d.", r.IntN(256), r.IntN(256), r.IntN(256))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("Born on %d/%d/19%02d.", 1+r.IntN(12), 1+r.IntN(28), 40+r.IntN(60))
	},
	func(r *rand.Rand) string { return "GITHUB_TOKEN=" + "ghp" + "_" + token(r, 36) },
	func(r *rand.Rand) string { return "aws_access_key_id = " + "AKIA" + strings.ToUpper(token(r, 16)) },
	func(r *rand.Rand) string { return `"api_key": "` + token(r, 32) + `"` },
	func(r *rand.Rand) string {
		return "DATABASE_URL=postgres://app:" + token(r, 14) + "@db.internal:5432/main"
	},
}

func of(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

func name(r *rand.Rand) string {
	return of(r, "Maria", "John", "Aisha", "Peter", "Lopez", "Smith", "Nowak", "Tanaka", "Elena", "Omar", "Baker", "Fischer")
}

func lowerName(r *rand.Rand) string { return strings.ToLower(name(r)) }

// token returns n letters and digits.
func token(r *rand.Rand, n int) string {
	raw := make([]byte, 2*n)
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	clean := strings.NewReplacer("+", "", "/", "").Replace(base64.RawStdEncoding.EncodeToString(raw))
	return clean[:n]
}

// card returns a number of 16 digits in groups that passes Luhn's check.
func card(r *rand.Rand) string {
	digits := []byte("4")
	for len(digits) < 15 {
		digits = append(digits, byte('0'+r.IntN(10)))
	}
	sum := 0
	for i, c := range digits {
		d := int(c - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	digits = append(digits, byte('0'+(10-sum%10)%10))
	return fmt.Sprintf("%s %s %s %s", digits[:4], digits[4:8], digits[8:12], digits[12:])
}

// iban returns a German account number whose remainder by 97 is 1.
func iban(r *rand.Rand) string {
	account := fmt.Sprintf("%09d%09d", r.IntN(1e9), r.IntN(1e9))
	rest := 0
	for _, c := range account + "131400" { // DE00
		rest = (rest*10 + int(c-'0')) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, account)
}
