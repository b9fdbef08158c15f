package tenantrole

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	lru "github.com/hashicorp/golang-lru/v2"

	"guardrails/shared/internal/scope"
)

// The session tags, which the roles' policies compare with the keys of items and objects: the tenant, and the tenant of
// whoever acts on it, whose log the session may add to.
const (
	Tag      = "TenantID"
	ActorTag = "ActorTenantID"
)

// CustomerPrefix is how the names of the roles begin that customers make for Guardrails in accounts of their own, their path
// included: no other ones may be taken up.
const CustomerPrefix = "guardrails"

const (
	// tenants is for how many tenants one process keeps credentials.
	tenants = 512
	// lifetime is how long credentials are valid: the most that AWS allows to a role that takes up another one.
	lifetime = time.Hour
	// early is how long before their end credentials are replaced; a presigned URL lives no longer than they do.
	early = 20 * time.Minute
	// jitter spreads the replacements, so that the sessions of many tenants do not end together.
	jitter = 0.3
	// within bounds the call of STS.
	within = 3 * time.Second
)

// Roles takes up one role for any number of tenants. A nil Roles leaves every call with the process's own credentials,
// as in a local run. It is safe for concurrent use.
type Roles struct {
	api   STS
	role  string
	cache *lru.Cache[session, *aws.CredentialsCache]
}

// session is for which tenant a role is taken up, and for whose log besides; actor may be empty.
type session struct{ tenant, actor string }

// STS is what is asked for credentials; *sts.Client is one.
type STS = stscreds.AssumeRoleAPIClient

// New returns the tenants' credentials for the role with this ARN, or nil if it is empty.
func New(api STS, role string) *Roles {
	if role == "" {
		return nil
	}
	cache, err := lru.New[session, *aws.CredentialsCache](tenants)
	if err != nil {
		panic("tenantrole: " + err.Error()) // the size is a constant above zero
	}
	return &Roles{api: api, role: role, cache: cache}
}

// For returns the credentials for a tenant's data, which also open the log of the actor's tenant unless that is zero.
// It is nil where the process's own are used.
func (r *Roles) For(tenant, actor scope.Scope) aws.CredentialsProvider {
	if r == nil {
		return nil
	}
	key := session{tenant: tenant.TenantID()}
	if actor.Valid() {
		key.actor = actor.TenantID()
	}
	if hit, ok := r.cache.Get(key); ok {
		return hit
	}
	fresh := aws.NewCredentialsCache(&taker{r, key}, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow, o.ExpiryWindowJitterFrac = early, jitter
	})
	if before, found, _ := r.cache.PeekOrAdd(key, fresh); found {
		return before
	}
	return fresh
}

// taker takes up the role for one session.
type taker struct {
	roles *Roles
	session
}

var errTenant = errors.New("tenantrole: the tenant's id cannot be a session tag")

// Retrieve asks STS.
func (t *taker) Retrieve(ctx context.Context) (aws.Credentials, error) {
	tags := []types.Tag{{Key: aws.String(Tag), Value: &t.tenant}}
	if t.actor != "" {
		tags = append(tags, types.Tag{Key: aws.String(ActorTag), Value: &t.actor})
	}
	for _, tag := range tags {
		if !plain(*tag.Value) {
			return aws.Credentials{}, errTenant
		}
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	p := stscreds.NewAssumeRoleProvider(t.roles.api, t.roles.role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration, o.Tags = t.tenant, lifetime, tags
	})
	c, err := p.Retrieve(ctx)
	if err != nil {
		return c, fmt.Errorf("take up the tenant role: %w", err)
	}
	return c, nil
}

// plain reports whether an id holds nothing that has a meaning in a policy: '*', '?' and '$' would open other tenants.
func plain(id string) bool {
	if len(id) < 4 || len(id) > 64 {
		return false
	}
	for _, c := range id {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
