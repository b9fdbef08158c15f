// Package policy decides what findings mean: which rules they breach, how risky a text is and what to do with it.
//
// # From policies to an outcome
//
// A [Policy] is a tenant's versioned resource; [Packs] are the shipped ones, data files under frameworks/. [Compile]
// turns the policies in force into a [Set]: the detection engine extended by their patterns, lists and rule words,
// with their thresholds and actions. [Set.Plan] resolves a request's options, [Plan.Scan] looks at one string,
// [Set.Decide] at everything that was scanned.
//
// # Decision
//
// The decision is the strongest of block > redact > flag > allow over the findings' own actions and the rules that
// were breached. A finding's action is what a policy says of its type, else of its category, else the default:
//
//   - Personal data and secrets are redacted. The text still does its work without them, and a refusal would teach
//     people to avoid the firewall.
//   - Personal data that identifies no one on its own (dates, places, URLs, organizations, the name of an illness) is
//     allowed alone, and redacted beside something that identifies: then it completes the picture.
//   - Injection blocks from a score of 0.7 on, because no part of an attack is worth passing on; below, it is
//     flagged, because words alone ("ignore", "system prompt") occur in honest texts too.
//   - Toxicity is flagged. Whether a quotation, an anger or a cry for help must be stopped depends on the tenant.
//   - Custom patterns and deny lists are redacted: the tenant has said that these words must not leave.
//
// A breached rule raises the action of its findings to redact at most; block stays the rule's, and so the
// decision's. Findings that a rule made itself, by keywords or patterns, have category policy and the rule's action;
// they exist only where the rule is breached.
//
// # Risk
//
// A component is the highest single risk of its kind, 0 to 100: for pii the type's weight times the score (times 1.1
// above 0.85), for secrets, injection and toxicity likewise, for compliance the severity of a breached rule (20, 40,
// 70, 95) times the framework's weight (HIPAA 1.5, PCI-DSS 1.4, GDPR 1.3, others 1). A mean over findings can never
// exceed the highest of them, so taking the highest also satisfies "at least the mean".
//
// The overall score is the highest component: ten harmless dates do not hide one SSN, no clean component dilutes a bad
// one, and no further finding makes a text safer. A weighted mean of the components, and the highest times a floor of
// the worst severity, are never above it, so the score holds whatever is asked of them.
// Levels are low < 30 <= medium < 60 <= high < 85 <= critical. [Outcome.Legacy] has the older means instead.
package policy
