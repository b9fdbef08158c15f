// Package awscdk puts a stack of Guardrails into an app that its users write with aws-cdk-go.
package awscdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Spec names one stack of an assembly that `go run ./infra` wrote.
type Spec struct {
	// Assembly is the folder, Stack the stack's name: "guardrails-prod-jobs".
	Assembly, Stack string
	// Account and Region are where it goes; empty means wherever the app goes.
	Account, Region string
}

// New adds the stack to scope and returns it with the template that it includes. What the CDK's JavaScript side throws
// is returned as an error. The caller ends its program with jsii.Close.
func New(scope constructs.Construct, id string, spec Spec) (stack awscdk.Stack, template cloudformationinclude.CfnInclude, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("include stack %s: %v", spec.Stack, thrown)
		}
	}()
	path, functions, err := prepare(spec)
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(path)
	stack = awscdk.NewStack(scope, jsii.String(id), &awscdk.StackProps{Env: environment(spec), Description: jsii.String("Guardrails: " + spec.Stack)})
	template = cloudformationinclude.NewCfnInclude(stack, jsii.String("Template"), &cloudformationinclude.CfnIncludeProps{TemplateFile: jsii.String(path)})
	assets := map[string]awss3assets.Asset{}
	for _, f := range functions {
		if assets[f.zip] == nil {
			name := fmt.Sprintf("Code%d", len(assets))
			assets[f.zip] = awss3assets.NewAsset(stack, jsii.String(name), &awss3assets.AssetProps{Path: jsii.String(f.zip)})
		}
		asset := assets[f.zip]
		template.GetResource(jsii.String(f.id)).AddPropertyOverride(jsii.String("Code"), map[string]*string{"S3Bucket": asset.S3BucketName(), "S3Key": asset.S3ObjectKey()})
	}
	return stack, template, nil
}

func environment(spec Spec) *awscdk.Environment {
	if spec.Account == "" {
		return nil
	}
	return &awscdk.Environment{Account: jsii.String(spec.Account), Region: jsii.String(spec.Region)}
}

// function is a function of the template and the zip with its code.
type function struct{ id, zip string }

// prepare writes the template without its parameter BootstrapVersion, which a caller's own app adds, and lists its
// functions in the order of their ids.
func prepare(spec Spec) (path string, functions []function, err error) {
	raw, err := os.ReadFile(filepath.Join(spec.Assembly, spec.Stack+".template.json"))
	if err != nil {
		return "", nil, err
	}
	var t map[string]any
	if err := json.Unmarshal(raw, &t); err != nil {
		return "", nil, fmt.Errorf("read the template of %s: %w", spec.Stack, err)
	}
	delete(t, "Parameters")
	resources, _ := t["Resources"].(map[string]any)
	for id, r := range resources {
		resource, _ := r.(map[string]any)
		properties, _ := resource["Properties"].(map[string]any)
		if code, ok := properties["Code"].(map[string]any); ok && resource["Type"] == "AWS::Lambda::Function" {
			functions = append(functions, function{id, filepath.Join(spec.Assembly, fmt.Sprintf("asset.%v", code["S3Key"]))})
		}
	}
	slices.SortFunc(functions, func(a, b function) int { return slices.Compare([]string{a.id}, []string{b.id}) })
	out, err := os.CreateTemp("", "guardrails-*.json")
	if err != nil {
		return "", nil, err
	}
	return out.Name(), functions, errors.Join(json.NewEncoder(out).Encode(t), out.Close())
}
