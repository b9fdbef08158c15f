package assembly

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"guardrails/infra/cfn"
)

// Version is the version of the format. Older CLIs refuse a newer one.
const Version = "36.0.0"

// The default bootstrap's names: its qualifier, and the SSM parameter that tells its version.
const (
	qualifier        = "hnb659fds"
	bootstrapVersion = 6
	bootstrapSSM     = "/cdk-bootstrap/" + qualifier + "/version"
)

// Stack is one stack to be written.
type Stack struct {
	Name      string
	Template  *cfn.Template
	DependsOn []string
	Protected bool
	Tags      map[string]string
	// Files are put into the bootstrap bucket before the stack is deployed.
	Files []File
}

// File is a file on this machine and its key in the bootstrap bucket.
type File struct {
	Path, Hash, Key string
	About           string
}

// Target is where the stacks go; empty fields are what the CLI's credentials say.
type Target struct {
	Account, Region string
}

// environment is the target as the format spells it.
func (t Target) environment() string {
	account, region := t.Account, t.Region
	if account == "" {
		account = "unknown-account"
	}
	if region == "" {
		region = "unknown-region"
	}
	return "aws://" + account + "/" + region
}

type object = map[string]any

// Write writes the assembly into dir, which is made if need be. What an earlier one left there is removed.
func Write(dir string, target Target, stacks []Stack) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make the folder of the assembly: %w", err)
	}
	w := &writer{dir: dir, target: target, kept: map[string]bool{}}
	artifacts := object{}
	for _, s := range stacks {
		if err := w.stack(artifacts, s); err != nil {
			return fmt.Errorf("write stack %s: %w", s.Name, err)
		}
	}
	if err := w.json("manifest.json", object{"version": Version, "artifacts": artifacts}); err != nil {
		return err
	}
	if err := w.json("cdk.out", object{"version": Version}); err != nil {
		return err
	}
	return w.sweep()
}

type writer struct {
	dir    string
	target Target
	kept   map[string]bool
}

func (w *writer) stack(artifacts object, s Stack) error {
	s.Template.Parameters = map[string]cfn.Parameter{"BootstrapVersion": {
		Type: "AWS::SSM::Parameter::Value<String>", Default: bootstrapSSM,
		Description: "Version of the CDK bootstrap in this environment, read at each deployment. [cdk:skip]",
	}}
	body, err := s.Template.JSON()
	if err != nil {
		return err
	}
	file := s.Name + ".template.json"
	if err := w.write(file, body); err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	files := object{hash: w.asset(s.Name+" template", file, hash+".json")}
	for _, f := range s.Files {
		name := "asset." + f.Hash + filepath.Ext(f.Path)
		if err := w.copy(f.Path, name); err != nil {
			return err
		}
		files[f.Hash] = w.asset(f.About, name, f.Key)
	}
	assets := s.Name + ".assets"
	if err := w.json(assets+".json", object{"version": Version, "files": files, "dockerImages": object{}}); err != nil {
		return err
	}
	artifacts[assets] = object{"type": "cdk:asset-manifest", "properties": object{
		"file": assets + ".json", "requiresBootstrapStackVersion": bootstrapVersion, "bootstrapStackVersionSsmParameter": bootstrapSSM,
	}}
	artifacts[s.Name] = w.artifact(s, file, hash, assets)
	return nil
}

// artifact is the stack's entry in the manifest.
func (w *writer) artifact(s Stack, file, hash, assets string) object {
	tags := object{}
	for k, v := range s.Tags {
		tags[k] = v
	}
	return object{
		"type": "aws:cloudformation:stack", "environment": w.target.environment(), "displayName": s.Name,
		"dependencies": append(slices.Sorted(slices.Values(s.DependsOn)), assets),
		"properties": object{
			"templateFile": file, "stackName": s.Name, "terminationProtection": s.Protected, "validateOnSynth": false, "tags": tags,
			"assumeRoleArn":                     role("deploy-role"),
			"cloudFormationExecutionRoleArn":    role("cfn-exec-role"),
			"stackTemplateAssetObjectUrl":       "s3://" + bucket() + "/" + hash + ".json",
			"requiresBootstrapStackVersion":     bootstrapVersion,
			"bootstrapStackVersionSsmParameter": bootstrapSSM,
			"additionalDependencies":            []string{assets},
			"lookupRole": object{
				"arn": role("lookup-role"), "requiresBootstrapStackVersion": 8, "bootstrapStackVersionSsmParameter": bootstrapSSM,
			},
		},
	}
}

func role(name string) string {
	return "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-" + qualifier + "-" + name + "-${AWS::AccountId}-${AWS::Region}"
}

func bucket() string { return "cdk-" + qualifier + "-assets-${AWS::AccountId}-${AWS::Region}" }

func (w *writer) asset(about, path, key string) object {
	to := object{"bucketName": bucket(), "objectKey": key, "assumeRoleArn": role("file-publishing-role")}
	if w.target.Region != "" {
		to["region"] = w.target.Region
	}
	return object{
		"displayName":  about,
		"source":       object{"path": path, "packaging": "file"},
		"destinations": object{"current": to},
	}
}

func (w *writer) json(name string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return w.write(name, append(raw, '\n'))
}

func (w *writer) write(name string, content []byte) error {
	w.kept[name] = true
	if err := os.WriteFile(filepath.Join(w.dir, name), content, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// copy puts a file into the assembly; one with this name is the same, since the name holds its digest.
func (w *writer) copy(from, name string) error {
	w.kept[name] = true
	to := filepath.Join(w.dir, name)
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	defer in.Close()
	out, err := os.CreateTemp(w.dir, "."+name+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return os.Rename(out.Name(), to)
}

// sweep removes what no longer belongs to the assembly.
func (w *writer) sweep() error {
	list, err := os.ReadDir(w.dir)
	if err != nil {
		return fmt.Errorf("list the assembly: %w", err)
	}
	for _, f := range list {
		if w.kept[f.Name()] || f.IsDir() {
			continue
		}
		if err := os.Remove(filepath.Join(w.dir, f.Name())); err != nil {
			return fmt.Errorf("remove a file of an older assembly: %w", err)
		}
	}
	return nil
}
