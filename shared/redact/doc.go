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
//	surrogate  Anna Ashrowan, 666-52-0417: an invented value of the same form out of a range that is nobody's
//	encrypt_deterministic  [US_SSN:gd1.<key id>.<base64url>]: as encrypt, but equal for equal values, for joins
//	fpe        731-04-9925: letters and digits encrypted in their places; [RestoreFormats] reads it
//	date_shift 2024-10-26: all dates of a subject moved by the same number of days
//	generalize 1980, 30-39, SW1A, 203.0.113.0/24: a year, ten years of age, an area, a network
//
// The last five do not fit every value. Where fpe does not (fewer than a million values of the form, letters beyond
// ASCII), the value is encrypted; where the others do not, it is replaced. Items name the operator that was used.
//
// Redacting twice changes nothing, but with fpe and date_shift: they leave no mark, and what they make looks like what
// they took.
//
// Keys stay outside: the package asks a tenant's [Keys] for digests and encryption.
package redact
