package plan

import (
	"encoding/json"
	"fmt"
	"strings"
)

// What IAM lets a role have, in characters without spaces:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
const (
	// InlineLimit is how much the policies within a role may have together.
	InlineLimit = 10_240
	// ManagedLimit is how much one managed policy may have, and MostManaged how many of them a role is given unless AWS
	// is asked for more.
	ManagedLimit = 6_144
	MostManaged  = 10
)

// longest stands for what a deployment fills in, where that is as long as AWS makes it.
var longest = strings.NewReplacer("{partition}", "aws-us-gov", "{region}", "ap-northeast-1", "{account}", "123456789012")

// Size is how long a policy of the statements may become.
func Size(list []Statement) int {
	type statement struct {
		Sid, Effect      string
		Action, Resource []string
		Condition        map[string]map[string][]string `json:",omitempty"`
	}
	policy := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, s := range list {
		policy.Statement = append(policy.Statement, statement{s.Sid, "Allow", s.Actions, fill(s.Resources), s.Conditions})
	}
	raw, err := json.Marshal(policy)
	if err != nil {
		panic(fmt.Sprintf("plan: a policy that is no JSON: %v", err)) // it is made of texts alone
	}
	return len(raw)
}

// fill writes names out as long as they can become.
func fill(resources []string) []string {
	out := make([]string, len(resources))
	for i, r := range resources {
		if strings.HasPrefix(r, "{") { // the whole name is AWS's: that of a key, a stream or a secret
			r = "arn:{partition}:secretsmanager:{region}:{account}:" + r + strings.Repeat("x", len("table/guardrails-staging-/stream/2026-01-01T00:00:00.000"))
		}
		out[i] = longest.Replace(r)
	}
	return out
}

// cut divides statements among as few managed policies as hold them, in their order: a list of resources that is too long
// for one policy goes on in the next. What is added at the end moves nothing that is before it.
func cut(list []Statement) [][]Statement {
	var out [][]Statement
	var page []Statement
	for _, s := range list {
		begun := false // whether the page holds the statement already
		for _, r := range s.Resources {
			next := extend(page, s, r, begun)
			if len(page) > 0 && Size(next) > ManagedLimit {
				out = append(out, page)
				next = extend(nil, s, r, false)
			}
			page, begun = next, true
		}
	}
	if len(page) > 0 {
		out = append(out, page)
	}
	return out
}

// extend is the page with one more resource of a statement, which is the page's last one if it has begun there.
func extend(page []Statement, s Statement, r string, begun bool) []Statement {
	last := len(page) - 1
	if !begun {
		one := s
		one.Resources = []string{r}
		return append(page[:len(page):len(page)], one)
	}
	out := append([]Statement(nil), page...)
	out[last].Resources = append(out[last].Resources[:len(out[last].Resources):len(out[last].Resources)], r)
	return out
}
