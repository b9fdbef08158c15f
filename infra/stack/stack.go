package stack

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"guardrails/infra/cfn"
	"guardrails/infra/environment"
	"guardrails/infra/plan"
)

// Stack is one stack: its template, and the names of the stacks that must be there before it.
type Stack struct {
	Name string
	// Context is the bounded context whose functions the stack holds; empty for the others.
	Context   string
	Template  *cfn.Template
	DependsOn []string
	// Protected says that the stack cannot be deleted while it holds data.
	Protected bool
	// Tags are put on everything in the stack.
	Tags map[string]string
}

// Code says where the deployed code of a context lies.
type Code struct {
	// Key is the zip's object key in the bootstrap bucket; it names the content.
	Key string
}

// AssetBucket is the bucket that the CDK bootstrap made for assets.
const AssetBucket = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"

// builder makes the stacks of one environment.
type builder struct {
	env  environment.Environment
	plan plan.Plan
	code map[string]Code
}

// All returns every stack in an order in which they can be deployed. code has an entry for each context.
func All(env environment.Environment, p plan.Plan, code map[string]Code) ([]Stack, error) {
	p.MailFrom = env.MailFrom
	b := &builder{env: env, plan: p, code: code}
	out := []Stack{b.data()}
	for _, name := range b.contexts() {
		if _, ok := code[name]; !ok {
			return nil, fmt.Errorf("there is no code for the context %s", name)
		}
		out = append(out, b.context(name))
	}
	out = append(out, b.api(), b.observability())
	for i := range out {
		out[i].Tags = map[string]string{"guardrails:environment": env.Name, "guardrails:context": strings.TrimPrefix(out[i].Name, b.name(""))}
		if env.Emulator {
			leaveOut(out[i].Template)
		}
	}
	return out, nil
}

// Account stands for the account's number in the names of a plan; CloudFormation fills it in.
const Account = "${AWS::AccountId}"

func (b *builder) contexts() []string { return Contexts(b.plan) }

// Contexts lists the contexts of the catalogue, in its order.
func Contexts(p plan.Plan) []string {
	var out []string
	for _, f := range p.Functions {
		if !slices.Contains(out, f.Spec.Context) {
			out = append(out, f.Spec.Context)
		}
	}
	return out
}

// name is a stack's name: "guardrails-dev-jobs".
func (b *builder) name(part string) string { return "guardrails-" + b.env.Name + "-" + part }

// dataName is the name of the stack that everything else builds upon.
func (b *builder) dataName() string { return b.name("data") }

// exportKey and the others name what the data stack exports.
func (b *builder) exportKey() string            { return b.dataName() + "-key" }
func (b *builder) exportStream(t string) string { return b.dataName() + "-stream-" + t }
func (b *builder) exportSecret(s string) string { return b.dataName() + "-secret-" + s }

// alarmTopic is the physical name of the topic of alarms that somebody is woken for, ticketTopic of those that wait for
// the morning.
func (b *builder) alarmTopic() string  { return b.name("alarms") }
func (b *builder) ticketTopic() string { return b.name("tickets") }

// functionName is a function's ARN without a version.
func functionARN(f plan.Function) string {
	return "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:" + f.Physical
}

// liveARN is the ARN that triggers invoke.
func liveARN(f plan.Function) string { return functionARN(f) + ":" + plan.LiveAlias }

// text renders a name that may hold CloudFormation's variables.
func text(s string) any {
	if strings.Contains(s, "${") {
		return cfn.Sub(s)
	}
	return s
}

// sortedKeys are a map's keys in order, so that templates come out the same each time.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
