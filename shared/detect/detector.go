package detect

// Category groups finding types the way policies and the risk score do.
type Category string

// The categories of findings. CategoryPolicy marks findings that a policy's own keywords or patterns made.
const (
	CategoryPII       Category = "pii"
	CategorySecret    Category = "secret"
	CategoryInjection Category = "injection"
	CategoryToxicity  Category = "toxicity"
	CategoryCustom    Category = "custom"
	CategoryPolicy    Category = "policy"
)

// Verdict is what a validator says of a candidate.
type Verdict uint8

// Reject drops the candidate. Plausible means that the shape fits and nothing contradicts it.
// Valid means that check digits or a strict structure (date, range, prefix table) hold.
const (
	Reject Verdict = iota
	Plausible
	Valid
)

// Detector is one recogniser as data: what it reports, how it finds candidates, and samples that prove it.
// Exactly one of Number, Anchor, Pattern, Lexicon and Model is set.
//
// A detector is a literal in its family's package (shared/detect/pii/us_ssn.go) and is registered
// by one line in shared/detect/builtin. Literals hold no compiled state: the engine compiles on first use.
type Detector struct {
	// Name is unique, lower snake case (us_ssn); findings carry it as detector.
	Name string
	// Type is what findings carry (US_SSN); several detectors may share one.
	Type string
	// Category is the family that decisions and risk use.
	Category Category
	// Summary is one line for people, shown by GET /detectors.
	Summary string
	// Validator names the check for people ("luhn", "iso7064_mod97_10", "date and range"); empty if there is none.
	Validator string
	// Base is the score of a candidate that is Plausible, 0..1.
	Base float64
	// ValidBase is the score of a candidate that is Valid; 0 means Base.
	ValidBase float64
	// Context lists whole words or short phrases, folded to lower case without accents, in several languages,
	// that raise the score when they stand near the candidate (either side, or in the JSON key).
	Context []string
	// NeedContext drops a candidate that has no context word near it and no canonical grouping.
	NeedContext bool
	// Negative lists words that lower the score, beside the engine's own (order, invoice, version, …).
	Negative []string
	// Repeats says that a value of several words which was found once is meant wherever it stands in the text: what
	// tells a name stands beside its first mention, not beside each.
	Repeats bool
	// Encloses says that a value is made of other values, which are reported in it all the same: its findings overlap theirs.
	Encloses bool
	// OptIn keeps the detector silent unless a request or a route includes it by name.
	OptIn bool

	Number  *Number
	Anchor  *Anchor
	Pattern *Pattern
	Lexicon *Lexicon
	Model   *Model

	// Samples prove the detector; the builtin test runs every one.
	Samples Samples
}

// Number recognises identifiers of fixed shape around digits, from the one-pass candidate scanner.
type Number struct {
	// Masks are the shapes accepted, byte by byte: '9' a digit, 'A' an ASCII letter, 'X' letter or digit,
	// '-' any one separator of the set "- . / space", '_' only dash or space, where dots group other things too (the same
	// one throughout a candidate), any other byte itself.
	// A mask with separators counts as canonical grouping.
	Masks []string
	// Validate judges the candidate with separators removed and letters upper-cased; nil means Plausible.
	Validate func(norm string) Verdict
}

// Anchor recognises values of variable shape around one rare byte ('@' for e-mail, ':' for URLs and IPv6).
type Anchor struct {
	// Bytes are the bytes that start an attempt; each must be rare in prose.
	Bytes string
	// Word says that an attempt starts only where no letter or digit stands before the byte.
	Word bool
	// Scan looks around text[at], one of Bytes, and returns the value's byte range; Reject if there is none.
	// It must look at no more than 512 bytes either side.
	Scan func(text string, at int) (start, end int, v Verdict)
	// Labels are words that Scan looks for before the value. Where one is in the name of a JSON member, Scan sees the
	// value behind that name.
	Labels []string
}

// Pattern is a regular expression that runs only in a window around one of its keywords.
type Pattern struct {
	// Regexp is RE2 syntax. The span of group 1, if the expression has one, else of the whole match, is reported. Without
	// an expression the keywords are the values, where they stand as whole words.
	Regexp string
	// Scan reads what Regexp says at each keyword, where an expression would cost too much: it returns the span that is
	// reported and where the match ends, or three zeros. A test holds it to Regexp. It must look at no more than 512 bytes
	// either side of the keyword at text[start:end].
	Scan func(text string, start, end int) (from, to, done int)
	// Keywords are literals of at least 3 bytes, lower case, matched without case; one must stand in the window.
	Keywords []string
	// Window is how many bytes either side of the keyword the expression sees; 0 means 128, at most 16384.
	// Long values (PEM blocks, JWTs) say Ahead too: how far beyond the keyword the value may extend.
	Window, Ahead int
	// Behind says that no digit of a match stands before a keyword, which spares windows without one behind it.
	Behind bool
	// Entropy is the least Shannon entropy of the value in bits a byte; 0 means any.
	Entropy float64
	// Allow are RE2 expressions; a value that matches one is dropped (placeholders, samples, hashes).
	Allow []string
	// AllowBefore are RE2 expressions over the bytes just before the value, 96 at most; a value that one fits is
	// dropped. An expression should end in $, so that it judges the name that the value is given to, and no word
	// elsewhere can hide a value.
	AllowBefore []string
	// Stopwords drop a value that contains one, without case.
	Stopwords []string
	// Validate judges the value as written; nil means Plausible.
	Validate func(value string) Verdict
}

// Lexicon recognises meaning carried by words: instructions to the assistant, slurs, threats.
// Words are matched on the folded text (lower case, no accents, look-alikes and leet resolved), whole words only.
type Lexicon struct {
	// Words names sets of words or short phrases; a trailing '*' matches any ending.
	Words map[string][]string
	// Rules say which sets must stand together, and how much that means.
	Rules []LexiconRule
	// Sources limits the lexicon to texts of these origins (input, output, indirect); empty means all.
	Sources []string
	// Harmless names a set of phrases in which the words of the other sets do not count ("pussy willow").
	Harmless string
	// Reports names a set of words that make a quotation beside them a mention: what stands between quotation marks
	// is then talked about, not said, and worth half. Texts of the source indirect are not trusted to quote.
	Reports string
}

// LexiconRule fires when one word of each set in All stands within Within words of one another
// (in the given order if Ordered), and no word of a set in None stands within 3 words before the first, or, if
// NoneBeside, right before it with only white space between.
// Weights of all rules that fired in one sentence window combine by noisy-or into the finding's score.
type LexiconRule struct {
	Name string
	All  []string
	None []string
	// NoneBeside is for orders: in "I said: ignore ..." only what stands beside the verb says who ignores.
	NoneBeside bool
	Within     int
	Ordered    bool
	Weight     float64
}

// Samples prove a detector. Positives are texts in which it must report exactly one span of its type with a
// score of at least 0.5; Negatives are texts in which it must report nothing at 0.5.
type Samples struct {
	Positive []string
	Negative []string
	// Source says where the samples come from ("own", a standard, a public test number list).
	Source string
}
