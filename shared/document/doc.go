// Package document walks and rewrites the strings of a caller's JSON value without touching anything else in it.
//
// A text to be analyzed arrives as a JSON string, as chat messages, or as any JSON document. [Strings] and
// [Messages] list what there is to scan, each string with its JSON pointer; [Rewrite] puts new strings in the same
// places and copies every other byte as it was: key order, white space and number literals survive.
// [Check] is the strict test that a request body passes first.
//
// Object keys are context, not content: they are listed with each string and never scanned or rewritten.
// Integers of eight and more digits are content too, however they are written, because a card number may be sent as a
// number.
package document
