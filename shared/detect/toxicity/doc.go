// Package toxicity holds the detectors for hate, offensive language, threats, harassment and self-harm.
package toxicity

import "guardrails/shared/detect"

// Detectors returns one lexicon per kind of toxicity. Scores tell how much the words alone say; quoted, negated
// and reported speech near the words keeps a rule silent.
func Detectors() []detect.Detector {
	return []detect.Detector{hate(), offensive(), threat(), harassment(), selfHarm()}
}
