package amazon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	lru "github.com/hashicorp/golang-lru/v2"

	"guardrails/shared/tenant"
)

const (
	// sessions is for how many roles credentials are kept.
	sessions = 512
	// lifetime is how long credentials are valid: the most that AWS allows to a role that takes up another one.
	lifetime = time.Hour
	early    = 5 * time.Minute
	jitter   = 0.3
)

// Role is a customer's role.
type Role struct {
	// ARN is the role's, as the customer gave it.
	ARN string
	// Tenant is whose id the role's trust policy asks for as external id: ours to say, never the customer's, so that no
	// tenant can have us take up the role of another.
	Tenant tenant.Scope
	// Destination names the session in the customer's trail.
	Destination string
}

// errRole says that a role is not fit to be asked for.
var errRole = errors.New("amazon: the role or its tenant is missing")

// Sessions returns the credentials that take up customers' roles for a tenant, nil for the process's own. AWS holds those
// of a tenant's session to the tenant's id as external id (see infra/plan), whatever is wrong with what asks.
type Sessions func(tenant.Scope) aws.CredentialsProvider

// roles takes up customers' roles.
type roles struct {
	cfg      aws.Config
	sessions Sessions
	cache    *lru.Cache[Role, *aws.CredentialsCache]
}

func newRoles(cfg aws.Config, s Sessions) *roles {
	cache, err := lru.New[Role, *aws.CredentialsCache](sessions)
	if err != nil {
		panic("amazon: " + err.Error()) // the size is a constant above zero
	}
	return &roles{cfg: cfg, sessions: s, cache: cache}
}

func (r *roles) credentials(role Role) aws.CredentialsProvider {
	if hit, ok := r.cache.Get(role); ok {
		return hit
	}
	fresh := aws.NewCredentialsCache(&taker{r, role}, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow, o.ExpiryWindowJitterFrac = early, jitter
	})
	if before, found, _ := r.cache.PeekOrAdd(role, fresh); found {
		return before
	}
	return fresh
}

// taker takes up one role.
type taker struct {
	roles *roles
	role  Role
}

// Retrieve asks STS.
func (t *taker) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if t.role.ARN == "" || !t.role.Tenant.Valid() {
		return aws.Credentials{}, errRole
	}
	api := sts.NewFromConfig(t.roles.cfg, func(o *sts.Options) {
		if t.roles.sessions == nil {
			return
		}
		if own := t.roles.sessions(t.role.Tenant); own != nil {
			o.Credentials = own
		}
	})
	externalID := t.role.Tenant.TenantID()
	p := stscreds.NewAssumeRoleProvider(api, t.role.ARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration, o.ExternalID = session(t.role.Destination), lifetime, &externalID
	})
	c, err := p.Retrieve(ctx)
	if err != nil {
		return c, fmt.Errorf("take up the customer's role: %w", err)
	}
	return c, nil
}

// session names a session after the destination, in the characters that AWS allows.
func session(destination string) string {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	name := strings.Map(func(c rune) rune {
		if strings.ContainsRune(allowed, c) {
			return c
		}
		return '-'
	}, "guardrails-"+destination)
	return name[:min(len(name), 64)]
}
