package deployment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"guardrails/shared/awshttp"
	"guardrails/shared/fn"
)

// Version is one published version of a function.
type Version struct{ Function, Number string }

// String is how Lambda names the version: function:number.
func (v Version) String() string { return v.Function + ":" + v.Number }

// Service speaks with CodeDeploy about its deployments, and with the versions that they are about.
type Service struct {
	deploy    *codedeploy.Client
	functions *lambda.Client
}

const (
	// answerWithin bounds a try of a call of CodeDeploy, startWithin how long a version takes to start and to check itself.
	answerWithin = 3 * time.Second
	startWithin  = 30 * time.Second
)

// New returns the Service of a function that CodeDeploy asks. It is no part of fn.Env, or the binary of every context
// would hold two more clients of AWS.
func New(env *fn.Env) (*Service, error) {
	if env.Spec.Trigger.Kind != fn.TriggerDeployment {
		return nil, fmt.Errorf("function %s is not asked by deployments and cannot look at them", env.Spec.Name)
	}
	cfg := env.Config.AWS
	return &Service{
		deploy:    codedeploy.NewFromConfig(cfg, func(o *codedeploy.Options) { o.HTTPClient = awshttp.Within(o.HTTPClient, answerWithin) }),
		functions: lambda.NewFromConfig(cfg, func(o *lambda.Options) { o.HTTPClient = awshttp.Within(o.HTTPClient, startWithin) }),
	}, nil
}

// Target asks which version a deployment gives traffic to.
func (s *Service) Target(ctx context.Context, id string) (Version, error) {
	out, err := s.deploy.GetDeployment(ctx, &codedeploy.GetDeploymentInput{DeploymentId: &id})
	if err != nil {
		return Version{}, fmt.Errorf("get the deployment: %w", err)
	}
	info := out.DeploymentInfo
	if info == nil || info.ComputePlatform != types.ComputePlatformLambda || info.Revision == nil {
		return Version{}, errors.New("the deployment is not one of a Lambda function")
	}
	spec := content(info.Revision)
	if spec == "" {
		full, err := s.deploy.GetApplicationRevision(ctx, &codedeploy.GetApplicationRevisionInput{ApplicationName: info.ApplicationName, Revision: info.Revision})
		if err != nil {
			return Version{}, fmt.Errorf("get the deployment's revision: %w", err)
		}
		spec = content(full.Revision)
	}
	return target(spec)
}

// content is the AppSpec of a revision. CloudFormation's deployments have it as a string, others under a field of its own.
func content(r *types.RevisionLocation) string {
	switch {
	case r == nil:
		return ""
	case r.AppSpecContent != nil && aws.ToString(r.AppSpecContent.Content) != "":
		return *r.AppSpecContent.Content
	}
	if s := r.String_; s != nil { //nolint:staticcheck // deprecated, and still what CloudFormation's deployments have
		return aws.ToString(s.Content)
	}
	return ""
}

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// made reports whether s has 1 to most characters, of these alone.
func made(s, of string, most int) bool { return s != "" && len(s) <= most && strings.Trim(s, of) == "" }

// published reports whether v can be a version that will not change any more.
func (v Version) published() bool {
	return made(v.Function, letters+digits+"_-", 64) && made(v.Number, digits, 10) && v.Number[0] != '0'
}

// target reads the one function of an AppSpec. $LATEST is refused: it may change after it was checked.
func target(spec string) (Version, error) {
	var doc struct {
		Resources []map[string]struct {
			Type       string
			Properties struct{ Name, TargetVersion string }
		}
	}
	if err := json.Unmarshal([]byte(spec), &doc); err != nil {
		return Version{}, errors.New("the deployment's AppSpec is not JSON")
	}
	var found []Version
	for _, named := range doc.Resources {
		for _, r := range named {
			if r.Type == "AWS::Lambda::Function" {
				found = append(found, Version{r.Properties.Name, r.Properties.TargetVersion})
			}
		}
	}
	if len(found) != 1 {
		return Version{}, fmt.Errorf("the deployment's AppSpec names %d functions, not one", len(found))
	}
	if !found[0].published() {
		return Version{}, errors.New("the deployment's AppSpec names no published version of a function")
	}
	return found[0], nil
}

// Invoke calls exactly this version and returns its answer. A version that cannot start, crashes or returns an error is
// an error that names Lambda's kind of failure, and nothing of what the version said.
func (s *Service) Invoke(ctx context.Context, v Version, payload []byte) ([]byte, error) {
	name := v.String()
	out, err := s.functions.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("invoke %s: %w", name, err)
	}
	if out.FunctionError != nil {
		return nil, fmt.Errorf("invoke %s: the function failed: %s", name, *out.FunctionError)
	}
	return out.Payload, nil
}

// Report tells CodeDeploy whether the traffic may come.
func (s *Service) Report(ctx context.Context, id, execution string, passed bool) error {
	status := types.LifecycleEventStatusFailed
	if passed {
		status = types.LifecycleEventStatusSucceeded
	}
	_, err := s.deploy.PutLifecycleEventHookExecutionStatus(ctx, &codedeploy.PutLifecycleEventHookExecutionStatusInput{
		DeploymentId: &id, LifecycleEventHookExecutionId: &execution, Status: status,
	})
	if err != nil {
		return fmt.Errorf("report %s: %w", status, err)
	}
	return nil
}
