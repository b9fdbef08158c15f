package detect

// Source is the origin of a text.
type Source string

// A text comes from a person (input), from the model (output), from a tool, mail or document (indirect), or from whoever
// runs the assistant (system): to give it orders is what such a text is for, so nobody asks whether it does.
const (
	SourceInput    Source = "input"
	SourceOutput   Source = "output"
	SourceIndirect Source = "indirect"
	SourceSystem   Source = "system"
)

// Options steer one scan. The zero value runs every default detector with the threshold 0.5.
type Options struct {
	// Include limits the scan to these detector names, types, categories or aliases; empty means all defaults.
	// Naming an opt-in detector here turns it on beside the defaults.
	Include []string
	// Exclude drops detectors by the same names.
	Exclude []string
	// MinScore drops findings below it; 0 means 0.5, a negative value means no threshold.
	MinScore float64
	// Thresholds override MinScore by type.
	Thresholds map[string]float64
	// Source is the origin of the text; empty means input.
	Source Source
	// Keys are names from the surrounding structure (JSON keys, outermost first) that count as context.
	Keys []string
	// Explain asks for Finding.Explanation.
	Explain bool
}

// Finding is one span of a text and what it is. Offsets are half-open and count from the start of the scanned string.
type Finding struct {
	Type     string
	Category Category
	Detector string
	// Start and End count Unicode code points; the others bytes of UTF-8 and units of UTF-16.
	Start, End           int
	ByteStart, ByteEnd   int
	UTF16Start, UTF16End int
	// Score is 0..1; Validated says that check digits or a strict structure hold.
	Score       float64
	Validated   bool
	Explanation *Explanation
}

// Explanation says why a finding has its score. It never holds text of the input.
type Explanation struct {
	Pattern      string   `json:"pattern"`
	RuleID       string   `json:"rule_id,omitempty"`
	Validator    string   `json:"validator,omitempty"`
	BaseScore    float64  `json:"base_score"`
	Context      []string `json:"context"`
	Boosts       []string `json:"boosts,omitempty"`
	Score        float64  `json:"score"`
	View         string   `json:"view,omitempty"`
	Alternatives []string `json:"alternatives,omitempty"`
	Beaten       []string `json:"beaten,omitempty"`
	// Model says how a linear model came to its judgment; nil where none did.
	Model *ModelExplanation `json:"model,omitempty"`
}

// ModelExplanation is how a linear model came to its judgment of a unit of some sentences: the margin is the bias and
// what each word adds, and the probability at the threshold is the score .5.
type ModelExplanation struct {
	ModelVersion string  `json:"model_version"`
	Bias         float64 `json:"bias"`
	Probability  float64 `json:"probability"`
	Threshold    float64 `json:"threshold"`
	// Tokens are the words that add most, or take most away, in order of the text.
	Tokens []Token `json:"tokens"`
}

// Token is a word and what it adds to a margin. Offsets are half-open and count code points of the scanned string.
type Token struct {
	Start        int     `json:"start"`
	End          int     `json:"end"`
	Contribution float64 `json:"contribution"`
}

// Result is the outcome of one scan: findings without overlaps, in order of position.
type Result struct {
	Findings []Finding
	// Hidden holds the spans of findings beyond the list's cap of 10,000: not listed, but redacted.
	Hidden []Finding
	// Scanned and Total count code points.
	Scanned, Total int
	// Incomplete names detectors and custom patterns that were cut short or failed.
	Incomplete []string
}

// Custom is what a tenant's policies add to the built-in detectors.
type Custom struct {
	Patterns []CustomPattern
	Allow    []ListEntry
	Deny     []ListEntry
	// MAC is the tenant's keyed digest of a value, lower-case hex; needed only where an allow entry has an HMAC.
	MAC func(value string) string
	// Saved says that the names were checked when they were saved. Those of built-in types that have come since then are
	// taken, and findings of both carry that type.
	Saved bool
}

// CustomPattern is a tenant's own detector. Extend says what its limits are.
type CustomPattern struct {
	Name            string          `json:"name" doc:"The type of its findings: a capital, then capitals, digits and '_'; no built-in type's name." example:"PROJECT_NAME"`
	Category        Category        `json:"category,omitempty" doc:"pii, secret, injection, toxicity or custom; custom if missing."`
	Regexes         []ScoredPattern `json:"regexes,omitempty" doc:"RE2 expressions, at most 20."`
	Terms           []string        `json:"terms,omitempty" doc:"Words and phrases, found without regard to case, accents and look-alikes. All patterns and the deny list of a policy have at most 100,000 of 256 bytes, 2 MiB together."`
	WholeWord       bool            `json:"whole_word,omitempty" doc:"Find terms only where no letter or digit stands beside them."`
	Fuzzy           bool            `json:"fuzzy,omitempty" doc:"Find terms of 5 to 64 characters with one typo too, as words of their own: a character too many, missing, wrong, or swapped with the next."`
	Context         []string        `json:"context,omitempty" doc:"Words that raise the score where they stand near, at most 200."`
	ContextRequired bool            `json:"context_required,omitempty" doc:"Without such a word there is no finding."`
	Exclude         []string        `json:"exclude,omitempty" doc:"Values that are no findings, at most 1,000."`
	Validator       string          `json:"validator,omitempty" doc:"A check that values must pass: aba, ean13, iban, isin, iso7064_mod11_10, iso7064_mod11_2, iso7064_mod97_10, luhn, mrz_7_3_1, verhoeff or vin." example:"luhn"`
	Score           float64         `json:"score,omitempty" doc:"The score of its findings, 0 to 1; 0.6 if missing or 0."`
	KeepNested      bool            `json:"keep_nested,omitempty" doc:"Keep findings that lie within another one, such as a name in a mail address."`
	Sources         []Source        `json:"sources,omitempty" doc:"The origins of texts that it is for: input, output, indirect; all if empty."`
}

// ScoredPattern is one RE2 expression with its base score (0 means the pattern's own).
type ScoredPattern struct {
	Pattern string  `json:"pattern" doc:"RE2, at most 1,000 bytes; group 1, if there is one, is the finding." example:"PRJ-\\d{4}"`
	Score   float64 `json:"score,omitempty" doc:"The score of what it finds; the pattern's if missing or 0."`
}

// ListEntry is one entry of an allow or deny list. Exactly one of Value, Regex, HMAC and Domain is set.
type ListEntry struct {
	// Value is compared after folding case, width and look-alikes.
	Value string `json:"value,omitempty" doc:"The value, without regard to case, accents and look-alikes."`
	// Regex is RE2 and must match a finding (allow), or is searched for in the text (deny).
	Regex string `json:"regex,omitempty" doc:"RE2: allowed are findings that it matches as a whole, denied is what it finds in the text."`
	// HMAC is the hex HMAC-SHA256 of a value under the tenant's key (allow only).
	HMAC string `json:"hmac,omitempty" doc:"For allow: the keyed digest of a value, 64 hex digits, so that the policy does not hold it."`
	// Domain stands for the addresses (mail, URL, host) at it and below it. In an allow list it needs a Type to stand for
	// findings of another type.
	Domain string `json:"domain,omitempty" doc:"Mail addresses, URLs and hosts at the domain and below it."`
	// Type limits an allow entry to findings of one type, and is the type that a deny entry reports.
	Type string `json:"type,omitempty" doc:"For allow: only findings of this type. For deny: the type that is reported, DENY_LIST if missing."`
	// WholeWord makes a deny value match at word borders only.
	WholeWord bool `json:"whole_word,omitempty" doc:"For deny: only where no letter or digit stands beside the value."`
	// Fuzzy finds a deny value of 5 to 64 characters with one typo too, as words of its own.
	Fuzzy bool `json:"fuzzy,omitempty" doc:"For deny: find a value of 5 to 64 characters with one typo too, as words of its own."`
}
