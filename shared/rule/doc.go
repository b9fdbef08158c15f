// Package rule holds tenants' observer rules: which events they watch, the condition, and what they make of a hit.
//
// # Language
//
// A condition is CEL. It sees event.type, event.id, event.subject and event.source (strings), event.time (a timestamp;
// a string literal beside it is read as one), event.data and event.previous (JSON as it came, null if absent) and
// event.labels (strings by name). changed(f), changed_to(f, v), changed_from(f, v) and has_field(f) take a path into
// event.data as a literal: "customer.city", "items.0.sku", with `\.` for a dot within a key. Without a previous
// object changed(f) means that the field is there, changed_to compares alone and changed_from is false.
//
// Two things surprise people. A field that is absent is an error, and an error is no match: ask has_field(f) first, or
// write event.data.?x.orValue(0). And JSON numbers are doubles: comparing with 5 works, adding 1 does not (write 1.0),
// and whole numbers beyond 2^53 are equal to their neighbours, so ids belong in strings.
//
// # Engine
//
// [Engine.Check] parts the condition at its top-level && into tests, which compare one field with literals and are
// decided on values read from the event's bytes, and a residual, which is left to CEL. A [Set] files each rule under the
// one or two of its tests that the fewest others share, so an event is compared with few rules, and only a rule whose
// tests all hold costs an evaluation. Both read JSON by the same reader, so both see the same values. README.md has the
// invariants and the figures.
package rule
