// Package injection holds the detectors for prompt injection: texts that give the assistant orders its owner
// did not give, make it drop its rules, or make it tell what it was told to keep.
package injection

import "guardrails/shared/detect"

// Detectors returns one lexicon per kind of attack. No rule rests on a trigger word alone: each asks for an
// order that is aimed at the assistant, in English, German, French, Spanish, Italian, Portuguese and a few more.
func Detectors() []detect.Detector {
	return []detect.Detector{direct(), extraction(), jailbreak(), persona(), indirect(), embedded(), encoded(), hidden()}
}
