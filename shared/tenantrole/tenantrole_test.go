package tenantrole_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"guardrails/shared/internal/scope"
	"guardrails/shared/tenantrole"
)

// service is an STS that remembers what it was asked.
type service struct {
	mu    sync.Mutex
	asked []*sts.AssumeRoleInput
	fails error
}

func (s *service) AssumeRole(_ context.Context, in *sts.AssumeRoleInput, _ ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, in)
	if s.fails != nil {
		return nil, s.fails
	}
	return &sts.AssumeRoleOutput{Credentials: &types.Credentials{
		AccessKeyId: aws.String("key of " + *in.RoleSessionName), SecretAccessKey: aws.String("s"), SessionToken: aws.String("t"), Expiration: aws.Time(time.Now().Add(time.Hour)),
	}}, nil
}

func (s *service) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

const role = "arn:aws:iam::123456789012:role/guardrails-dev-analyze-tenant"

func tags(in *sts.AssumeRoleInput) map[string]string {
	out := map[string]string{}
	for _, t := range in.Tags {
		out[*t.Key] = *t.Value
	}
	return out
}

func TestEachTenantHasItsOwnCredentials(t *testing.T) {
	t.Parallel()
	api := &service{}
	roles := tenantrole.New(api, role)
	for _, tenant := range []string{"acme1", "acme2", "acme1"} {
		got, err := roles.For(scope.Mint(tenant), scope.Scope{}).Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.AccessKeyID != "key of "+tenant {
			t.Errorf("%s got the %s", tenant, got.AccessKeyID)
		}
	}
	if n := api.calls(); n != 2 {
		t.Errorf("STS was asked %d times for two tenants", n)
	}
	for _, in := range api.asked {
		if got := tags(in); len(got) != 1 || got[tenantrole.Tag] != *in.RoleSessionName || *in.RoleArn != role {
			t.Errorf("role %s with tags %v", *in.RoleArn, got)
		}
	}
}

func TestTheActorsLogIsASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	api := &service{}
	roles := tenantrole.New(api, role)
	for _, actor := range []scope.Scope{{}, scope.Mint("platform")} {
		if _, err := roles.For(scope.Mint("acme1"), actor).Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := api.calls(); n != 2 {
		t.Fatalf("STS was asked %d times", n)
	}
	if got := tags(api.asked[1]); got[tenantrole.Tag] != "acme1" || got[tenantrole.ActorTag] != "platform" {
		t.Errorf("tags %v", got)
	}
}

// TestIDsWithMeaningAreRefused tries tenants whose ids would mean more than themselves in a policy.
func TestIDsWithMeaningAreRefused(t *testing.T) {
	t.Parallel()
	api := &service{}
	roles := tenantrole.New(api, role)
	for _, tenant := range []string{"*", "acm?", "acme*", "${aws:username}", "a#cme", "ACME", "a", "acme\n1"} {
		if _, err := roles.For(scope.Mint(tenant), scope.Scope{}).Retrieve(t.Context()); err == nil {
			t.Errorf("the tenant %q got credentials", tenant)
		}
		if _, err := roles.For(scope.Mint("acme1"), scope.Mint(tenant)).Retrieve(t.Context()); err == nil {
			t.Errorf("the actor %q got credentials", tenant)
		}
	}
	if n := api.calls(); n != 0 {
		t.Errorf("STS was asked %d times", n)
	}
}

func TestWithoutARoleTheProcessActsItself(t *testing.T) {
	t.Parallel()
	if c := tenantrole.New(&service{}, "").For(scope.Mint("acme1"), scope.Scope{}); c != nil {
		t.Errorf("credentials %v", c)
	}
}

// TestAFailureIsNotRemembered lets STS fail once.
func TestAFailureIsNotRemembered(t *testing.T) {
	t.Parallel()
	api := &service{fails: errors.New("down")}
	roles := tenantrole.New(api, role)
	if _, err := roles.For(scope.Mint("acme1"), scope.Scope{}).Retrieve(t.Context()); err == nil {
		t.Fatal("credentials without STS")
	}
	api.fails = nil
	if _, err := roles.For(scope.Mint("acme1"), scope.Scope{}).Retrieve(t.Context()); err != nil {
		t.Error(err)
	}
}
