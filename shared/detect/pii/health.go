package pii

import (
	"strings"

	"guardrails/shared/detect"
)

var patientContext = []string{
	"patient", "diagnosed", "diagnosis", "suffers", "suffering", "history of", "treated", "treatment", "symptoms", "medical", "doctor", "hospital", "clinic", "chronic", "admitted", "prescribed",
	"patientin", "diagnose", "diagnostiziert", "leidet", "krankheit", "patiente", "diagnostic", "souffre", "maladie", "paciente", "diagnosticado", "sufre", "enfermedad", "paziente", "diagnosi", "soffre", "malattia",
	"diagnosticada", "sofre", "doenca", "lijdt", "ziekte", "i have", "she has", "he has", "my", "her", "his",
}

func health() []detect.Detector {
	return []detect.Detector{healthCondition(), treatment()}
}

func healthCondition() detect.Detector {
	terms := strings.Fields(conditionTerms)
	return detect.Detector{
		Name: "health_condition", Type: "HEALTH_CONDITION", Category: detect.CategoryPII,
		Summary: "Illness or diagnosis of a person",
		Base:    0.35, Context: patientContext, NeedContext: true,
		Pattern: termPattern(terms),
		Samples: detect.Samples{
			Positive: []string{"The patient was diagnosed with diabetes.", "she has breast cancer", "Patientin leidet an Epilepsie"},
			Negative: []string{"Research on diabetes got more funds", "a cancerous policy", "the asthmatic engine"},
			Source:   "own",
		},
	}
}

func treatment() detect.Detector {
	terms := strings.Fields(treatmentTerms)
	return detect.Detector{
		Name: "treatment", Type: "TREATMENT", Category: detect.CategoryPII,
		Summary: "Treatment, procedure or medicine of a person",
		Base:    0.35, Context: patientContext, NeedContext: true,
		Pattern: termPattern(terms),
		Samples: detect.Samples{
			Positive: []string{"The patient was prescribed metformin.", "she has dialysis on Mondays", "doctor ordered chemotherapy"},
			Negative: []string{"Shares of insulin makers rose", "surgery of the codebase", "the therapist joke"},
			Source:   "own",
		},
	}
}

// Lists of words; '_' stands for a space.
const (
	conditionTerms = "diabetes breast_cancer lung_cancer prostate_cancer skin_cancer colon_cancer cancer leukemia lymphoma melanoma tumor tumour hiv aids hepatitis tuberculosis epilepsy asthma copd " +
		"depression schizophrenia bipolar_disorder anxiety_disorder ptsd dementia alzheimer alzheimer's parkinson parkinson's multiple_sclerosis hypertension stroke heart_attack heart_failure arrhythmia " +
		"pneumonia covid-19 anemia arthritis lupus crohn's celiac_disease kidney_failure cirrhosis endometriosis miscarriage pregnant pregnancy anorexia bulimia alcoholism substance_abuse opioid_addiction autism adhd " +
		"syphilis gonorrhea chlamydia herpes hemophilia sickle_cell cystic_fibrosis migraine fibromyalgia osteoporosis " +
		"krebs brustkrebs bluthochdruck epilepsie schlaganfall herzinfarkt schwanger depressionen diabete cancer_du_sein epilepsie depression grossesse " +
		"cancer depresion embarazada hipertension cancro diabete depressione ipertensione incinta depressao gravidez kanker zwanger beroerte"
	treatmentTerms = "chemotherapy radiotherapy radiation_therapy dialysis insulin metformin transplant bypass_surgery appendectomy mastectomy hysterectomy vasectomy abortion colonoscopy biopsy mri_scan ct_scan " +
		"blood_transfusion immunotherapy antidepressants sertraline fluoxetine lithium methadone naloxone buprenorphine warfarin atorvastatin lisinopril amlodipine levothyroxine adderall ritalin oxycodone fentanyl " +
		"antiretroviral prep_medication ivf physiotherapy psychotherapy rehab detox " +
		"chemotherapie strahlentherapie dialyse chimiotherapie radiotherapie quimioterapia radioterapia dialisis chemioterapia dialisi quimioterapico"
)

// termPattern matches any of the terms as whole words.
func termPattern(terms []string) *detect.Pattern {
	keywords := make([]string, len(terms))
	for i, t := range terms {
		keywords[i] = strings.ReplaceAll(t, "_", " ")
	}
	return &detect.Pattern{Keywords: keywords}
}
