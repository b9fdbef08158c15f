// Package redact replaces findings in a text and turns encrypted replacements back into what they stood for.
//
// A [Choice] says which operator each type gets; a [Session] applies it to the texts of one request, so that a
// pseudonym means the same value in all of them. Spans that overlap are replaced as one, at rune borders, so no part
// of a detected value can survive beside its replacement.
//
//	replace    [US_SSN], or new_value
//	remove     nothing
//	keep       the value itself; the finding is listed all the same
//	mask       ***-**-4399: char, keep_first, keep_last, keep_separators; counts what people see as characters
//	partial    5*********9: first and last character; values of up to 4 characters vanish behind the mask
//	hash       [US_SSN:1f0c33a9]: hex digits of a keyed digest, equal for equal values of one type and tenant
//	encrypt    [US_SSN:gr1.<key id>.<base64url>]: only [Restore] under the same tenant's keys reads it
//	pseudonym  [PERSON_1]: numbered within a request
//
// Keys stay outside: the package asks a tenant's [Keys] for digests and encryption.
package redact
