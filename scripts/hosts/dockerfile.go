package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// stage is one stage of a Dockerfile.
type stage struct {
	base, name   string
	instructions []instruction
}

// instruction is one of a stage's lines: COPY --from=build a b.
type instruction struct {
	name  string
	flags map[string]string
	text  string
}

// parse reads the part of the Dockerfile language that ours uses. What it does not know it refuses, so that no line is
// passed over.
func parse(text string) ([]stage, error) {
	var stages []stage
	for _, line := range logicalLines(text) {
		name, rest, _ := strings.Cut(line, " ")
		in := instruction{name: name, flags: map[string]string{}, text: strings.TrimSpace(rest)}
		for strings.HasPrefix(in.text, "--") {
			flag, after, _ := strings.Cut(in.text, " ")
			key, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
			in.flags[key], in.text = value, strings.TrimSpace(after)
		}
		if name == "FROM" {
			base, as, named := strings.Cut(in.text, " AS ")
			if !named {
				return nil, fmt.Errorf("a stage without a name: %s", line)
			}
			stages = append(stages, stage{base: base, name: as})
			continue
		}
		switch name {
		case "ARG", "COPY", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "RUN", "USER", "WORKDIR":
		default:
			return nil, fmt.Errorf("an instruction that is not known here: %s", name)
		}
		if len(stages) == 0 {
			return nil, fmt.Errorf("an instruction before the first stage: %s", line)
		}
		last := &stages[len(stages)-1]
		last.instructions = append(last.instructions, in)
	}
	return stages, nil
}

// logicalLines joins continued lines and leaves out comments, as the language does.
func logicalLines(text string) []string {
	var out []string
	var line strings.Builder
	for raw := range strings.Lines(text) {
		s := strings.TrimSpace(raw)
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		s, continued := strings.CutSuffix(s, `\`)
		line.WriteString(s)
		if !continued {
			out = append(out, line.String())
			line.Reset()
		}
	}
	return out
}

// find returns a stage by its name.
func find(stages []stage, name string) *stage {
	for i := range stages {
		if stages[i].name == name {
			return &stages[i]
		}
	}
	return nil
}

// words is the exec form of CMD, ENTRYPOINT and HEALTHCHECK CMD; the shell's form needs a shell, which ours has not.
func words(text string) ([]string, error) {
	var out []string
	if err := json.Unmarshal([]byte(text), &out); err != nil || len(out) == 0 {
		return nil, fmt.Errorf("not in the exec form: %s", text)
	}
	return out, nil
}

// assignments reads ENV's NAME=value pairs; ours hold no spaces.
func assignments(text string) []string { return strings.Fields(text) }
