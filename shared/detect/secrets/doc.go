// Package secrets holds the detectors for credentials: keys, tokens, passwords and connection strings.
package secrets

import "guardrails/shared/detect"

// Detectors returns one literal per rule. Types are SECRET_<RULE>; several rules share a type where a vendor
// has used several formats. Values with a prefix of their own stand alone; the others need a name beside them.
func Detectors() []detect.Detector {
	families := [][]detect.Detector{
		guardrails(), hyperscale(), hosting(), dataPlatforms(), dataStores(), sourceControl(), registries(),
		developerTools(), vaults(), infra(), ai(), aiTools(), chat(), mail(), sales(), payments(), trading(),
		productivity(), content(), collaboration(), social(), monitoring(),
		operations(), bare(), generic(),
	}
	var all []detect.Detector
	for _, family := range families {
		all = append(all, family...)
	}
	return all
}
