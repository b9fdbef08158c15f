// Package detect finds personal data, secrets, prompt injection, toxicity and tenants' own patterns in text.
//
// A detector is data: a literal that says what shape a value has and how to judge it (see Detector). New compiles
// all literals into shared tables once; Extend adds what one tenant defines; Scan runs everything over one text.
//
// # Pipeline
//
// A scan is an ordered list of stages over pooled memory (pipeline in scan.go):
//
//  1. makeView. ASCII text is its own view. Any other text gets a folded copy, in which evasion has no effect:
//     compatibility forms, accents and invisible characters are gone, digits and look-alikes are ASCII. A map
//     of runs leads each range of the view back to the widest range of the text that made it.
//  2. findWords. One Aho-Corasick automaton finds every keyword, context word, lexicon word and custom term.
//     Keywords open windows, terms become candidates, the other words are kept for the stages after.
//  3. findNumbers. One automaton over byte classes finds ranges of whole tokens that fit a mask; a range that
//     is part of something longer (decimal, UUID, path) is none. The detector's validator judges the rest.
//  4. findAnchors hands rare bytes such as '@' to detectors that look around them.
//  5. runPatterns runs regular expressions, only in the windows that their keywords opened.
//  6. runMeaning asks the linear models about units of some sentences, and combines words into meaning by the rules of
//     lexicons, sentence by sentence; what a model says of a sentence supports its lexicon's rules (judge.go).
//  7. runCustom runs the expressions of the tenant, under a budget.
//
// Then what the text holds in other forms is scanned the same way (view.go, decode.go): a short value behind the name
// of its JSON member, text in base64 or hexadecimal digits, and escapes resolved; what is found leads back to its
// place in the text.
//
// Every candidate is scored as it is found: its base score, plus what the words around it and its grouping are
// worth (score.go). What reaches the threshold goes to the resolver, which keeps the best of those that overlap;
// then allow lists remove findings, and one pass counts offsets in code points, bytes and UTF-16 units.
//
// # Streams
//
// A Stream scans a text that comes in pieces in windows that overlap (stream.go). Where a scan starts and ends depends on
// the text alone, never on the pieces. After each scan the stream looks for a joint (live.go): a place where nothing that
// was found, matched or decoded goes across, where a unit of the models ends, and behind which there is so much text that
// no more can change what is found before. Up to there findings are told; the next scan begins there as a scan of the whole
// text would, with the text before as context. What knows no bounds in a scan is kept to some: views and readings count
// only near what they change, their units are those of the text, tag characters far apart are two texts, and rows of
// sentence windows that reach over a joint are taken up where they began.
//
// # Bounds
//
// Work is linear in the text whatever it holds: masks are followed for a fixed number of bytes, context is looked
// up among a fixed number of word hits, windows are merged before expressions run, sentences are cut at a fixed
// length, at most two encodings are taken off and 256 KiB decoded. The work is counted as it is done, and the context
// looked at each time that some has added up (spend in scan.go), so that a scan ends within milliseconds of its deadline.
// A detector that panics loses that candidate only and is named in Result.Incomplete.
//
// Nothing in this package logs, and no error or explanation holds text of the caller.
package detect
