package pii

import (
	"slices"

	"guardrails/shared/detect"
)

// Detectors returns every detector of this package, by family, in a fixed order.
func Detectors() []detect.Detector {
	return slices.Concat(
		contact(), phones(), network(), devices(), people(), addresses(), locations(), organizations(), nationalities(), dates(), health(), specialCategories(),
		cards(), banking(), cryptoWallets(), documents(), passports(), vehicles(),
		unitedStates(), unitedStatesHealth(), canada(), latinAmerica(), brazil(), southAmerica(),
		britishIsles(), france(), germanSpeaking(), iberia(), italy(), benelux(), nordic(),
		centralEurope(), southEastEurope(), middleEastAfrica(),
		india(), eastAsia(), southEastAsia(), oceania(),
		phase2(),
	)
}
