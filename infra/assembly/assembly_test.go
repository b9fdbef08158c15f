package assembly_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"guardrails/infra/assembly"
	"guardrails/infra/cfn"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// small is two stacks, one of which needs the other and a file.
func small(t *testing.T) []assembly.Stack {
	t.Helper()
	code := filepath.Join(t.TempDir(), "code.zip")
	if err := os.WriteFile(code, []byte("code"), 0o600); err != nil {
		t.Fatal(err)
	}
	topic := func() *cfn.Template {
		template := cfn.New("A topic.")
		template.Add("Topic", cfn.Resource{Type: "AWS::SNS::Topic"})
		return template
	}
	return []assembly.Stack{
		{Name: "first", Template: topic(), Protected: true, Tags: map[string]string{"team": "night"}},
		{Name: "second", Template: topic(), DependsOn: []string{"first"}, Files: []assembly.File{{Path: code, Hash: "abc", Key: "abc.zip", About: "code"}}},
	}
}

func TestWriteIsTheDocumentedFormat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := assembly.Write(dir, assembly.Target{Account: "123456789012", Region: "eu-west-1"}, small(t)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"manifest.json", "second.assets.json", "second.template.json"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestUnknownTargetIsLeftToTheCLI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := assembly.Write(dir, assembly.Target{}, small(t)); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Artifacts map[string]struct{ Environment string }
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	if got := manifest.Artifacts["first"].Environment; got != "aws://unknown-account/unknown-region" {
		t.Errorf("the environment is %q", got)
	}
}

// TestWriteLeavesNothingBehind writes a larger assembly, then a smaller one into the same folder.
func TestWriteLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stacks := small(t)
	for _, list := range [][]assembly.Stack{stacks, stacks[:1]} {
		if err := assembly.Write(dir, assembly.Target{}, list); err != nil {
			t.Fatal(err)
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range list {
		got = append(got, f.Name())
	}
	if want := []string{"cdk.out", "first.assets.json", "first.template.json", "manifest.json"}; !slices.Equal(got, want) {
		t.Errorf("the folder holds %v, want %v", got, want)
	}
}

func TestAFileThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	stacks := small(t)
	stacks[1].Files[0].Path += "-gone"
	if err := assembly.Write(t.TempDir(), assembly.Target{}, stacks); err == nil {
		t.Error("an assembly without its code was written")
	}
}
