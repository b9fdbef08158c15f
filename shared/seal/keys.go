package seal

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/sync/singleflight"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/table"
	"guardrails/shared/tenantrole"
)

const (
	cacheTenants = 512
	cacheFor     = 5 * time.Minute
)

// item is a wrapped data key in the tenants table.
type item struct {
	Version int    `dynamodbav:"version"`
	Wrapped []byte `dynamodbav:"wrapped"`
	Created string `dynamodbav:"created_at"`
}

// Keys gives access to the data keys of all tenants. It is safe for concurrent use.
type Keys struct {
	api    *kms.Client
	master string
	table  *table.Table
	clock  clock.Clock
	cache  *expirable.LRU[string, *key]
	flight singleflight.Group
	roles  *tenantrole.Roles
}

// NewKeys returns the keys that master (a KMS key id or alias) wraps and the tenants table stores. Calls for a tenant
// use the credentials that roles has for it.
func NewKeys(api *kms.Client, master string, tenants *table.Table, c clock.Clock, roles *tenantrole.Roles) *Keys {
	return &Keys{
		api: api, master: master, table: tenants, clock: c, cache: expirable.NewLRU[string, *key](cacheTenants, nil, cacheFor), roles: roles,
	}
}

// as makes a call with the tenant's credentials.
func (k *Keys) as(s scope.Scope) func(*kms.Options) {
	c := k.roles.For(s, scope.Scope{})
	return func(o *kms.Options) {
		if c != nil {
			o.Credentials = c
		}
	}
}

func encryptionContext(s scope.Scope) map[string]string {
	return map[string]string{"tenant": s.TenantID(), "purpose": "data-key"}
}

// CreateOp makes version 1 of a new tenant's data key and returns the write that stores it.
func (k *Keys) CreateOp(ctx context.Context, s scope.Scope) (table.Op, error) {
	res, err := k.api.GenerateDataKeyWithoutPlaintext(ctx, &kms.GenerateDataKeyWithoutPlaintextInput{
		KeyId: &k.master, KeySpec: types.DataKeySpecAes256, EncryptionContext: encryptionContext(s),
	}, k.as(s))
	if err != nil {
		return table.Op{}, failure("generate data key", err)
	}
	it := item{Version: 1, Wrapped: res.CiphertextBlob, Created: clock.Format(k.clock.Now())}
	return k.table.PutOp(s, table.DataKeyKey(1), it, table.IfAbsent()), nil
}

func failure(doing string, err error) error {
	return errs.Wrap(errs.Overloaded, "The key service does not answer now.", fmt.Errorf("%s: %w", doing, err)).WithRetryAfter(2 * time.Second)
}

const currentVersion = 1

// version returns one version of the tenant's data key, unwrapped, from the cache if it is there.
func (k *Keys) version(ctx context.Context, s scope.Scope, n int) (*key, error) {
	name := s.TenantID() + "#" + strconv.Itoa(n)
	if hit, ok := k.cache.Get(name); ok {
		return hit, nil
	}
	v, err, _ := k.flight.Do(name, func() (any, error) {
		fresh, err := k.unwrap(context.WithoutCancel(ctx), s, n)
		if err == nil {
			k.cache.Add(name, fresh)
		}
		return fresh, err
	})
	if err != nil {
		return nil, err
	}
	return v.(*key), nil
}

func (k *Keys) unwrap(ctx context.Context, s scope.Scope, n int) (*key, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var it item
	if err := k.table.Get(ctx, s, table.DataKeyKey(n), &it); err != nil {
		return nil, fmt.Errorf("read data key: %w", err)
	}
	res, err := k.api.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: it.Wrapped, KeyId: aws.String(k.master), EncryptionContext: encryptionContext(s)}, k.as(s))
	if err != nil {
		return nil, failure("unwrap data key", err)
	}
	return newKey("k"+strconv.Itoa(n), res.Plaintext)
}

// Tenant binds the keys to one tenant.
func (k *Keys) Tenant(s scope.Scope) Tenant { return Tenant{keys: k, scope: s} }

// Tenant seals, opens and digests for one tenant.
type Tenant struct {
	keys  *Keys
	scope scope.Scope
}

// aad binds a ciphertext to the tenant as well as to the caller's own additional data.
func (t Tenant) aad(extra []byte) []byte {
	return append([]byte(t.scope.TenantID()+"\x00"), extra...)
}

// Seal encrypts under the tenant's current key and returns the key's id and nonce plus ciphertext.
// It fails with errs.Overloaded when the key service does not answer.
func (t Tenant) Seal(ctx context.Context, plaintext, aad []byte) (kid string, sealed []byte, err error) {
	k, err := t.keys.version(ctx, t.scope, currentVersion)
	if err != nil {
		return "", nil, err
	}
	return k.id, k.seal(plaintext, t.aad(aad)), nil
}

// Open decrypts what Seal returned. It fails with ErrOpen when the key id is unknown or anything was changed.
func (t Tenant) Open(ctx context.Context, kid string, sealed, aad []byte) ([]byte, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(kid, "k"))
	if err != nil || n < 1 || n > currentVersion || kid != "k"+strconv.Itoa(n) {
		return nil, ErrOpen
	}
	k, err := t.keys.version(ctx, t.scope, n)
	if errors.Is(err, errs.NotFound) {
		return nil, ErrOpen
	}
	if err != nil {
		return nil, err
	}
	return k.open(sealed, t.aad(aad))
}

// MAC returns the HMAC-SHA256 of value under the tenant's key, kept apart by domain.
func (t Tenant) MAC(ctx context.Context, domain string, value []byte) ([]byte, error) {
	k, err := t.keys.version(ctx, t.scope, currentVersion)
	if err != nil {
		return nil, err
	}
	return k.digest(domain, value), nil
}
