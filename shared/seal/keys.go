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
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
	"guardrails/shared/table"
	"guardrails/shared/tenantrole"
)

const (
	cacheTenants = 512
	cacheFor     = 5 * time.Minute
	// standInFor is how old a key may be that serves while the key service does not answer, and standInWait how long who
	// could be served so waits for the service.
	standInFor  = time.Hour
	standInWait = 300 * time.Millisecond
	// downFor is how long a service that has failed is not asked again: those who wait for it together, not the next ones.
	downFor = 100 * time.Millisecond
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
	cache  *lru.Cache[string, known]
	flight singleflight.Group
	roles  *tenantrole.Roles
}

// NewKeys returns the keys that master (a KMS key id or alias) wraps and the tenants table stores. Calls for a tenant
// use the credentials that roles has for it.
func NewKeys(api *kms.Client, master string, tenants *table.Table, c clock.Clock, roles *tenantrole.Roles) *Keys {
	cache, err := lru.New[string, known](cacheTenants)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &Keys{api: api, master: master, table: tenants, clock: c, cache: cache, roles: roles}
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
	return outage.Failure("The key service does not answer now.", doing, err)
}

const currentVersion = 1

// known is a data key as it was last read, or that it could not be.
type known struct {
	key *key
	// read is when the store gave it; failed and err are of a try since that had no answer.
	read   time.Time
	failed time.Time
	err    error
}

// version returns one version of the tenant's data key, unwrapped. A key of a version never changes, so while the key
// service does not answer an older copy serves; when it refuses, which is how a key is switched off, none does. Who asks waits no longer than its context, and a service that has just
// failed is left alone for a moment: one analysis may ask for many digests.
func (k *Keys) version(ctx context.Context, s scope.Scope, n int) (*key, error) {
	name, now := s.TenantID()+"#"+strconv.Itoa(n), k.clock.Now()
	had, _ := k.cache.Get(name)
	if had.key != nil && now.Sub(had.read) < cacheFor {
		return had.key, nil
	}
	standIn := had.key != nil && now.Sub(had.read) < standInFor
	if had.err != nil && now.Sub(had.failed) < downFor {
		if standIn && errors.Is(had.err, errs.Overloaded) {
			return had.key, nil
		}
		return nil, had.err
	}
	if standIn {
		short, cancel := context.WithTimeout(ctx, standInWait)
		defer cancel()
		ctx = short
	}
	fresh, err := k.ask(ctx, s, n, name)
	if standIn && errors.Is(err, errs.Overloaded) {
		return had.key, nil
	}
	return fresh, err
}

// ask reads a key, once for all who ask at the same time. A read that its callers have given up still counts.
func (k *Keys) ask(ctx context.Context, s scope.Scope, n int, name string) (*key, error) {
	answer := k.flight.DoChan(name, func() (any, error) {
		fresh, err := k.unwrap(context.WithoutCancel(ctx), s, n)
		k.learn(name, fresh, err)
		return fresh, err
	})
	select {
	case a := <-answer:
		if a.Err != nil {
			return nil, a.Err
		}
		return a.Val.(*key), nil
	case <-ctx.Done():
		return nil, failure("unwrap data key", ctx.Err())
	}
}

// learn keeps what a read came to. A key that is gone is forgotten: what it sealed is shredded.
func (k *Keys) learn(name string, fresh *key, err error) {
	now := k.clock.Now()
	switch {
	case err == nil:
		k.cache.Add(name, known{key: fresh, read: now})
	case errors.Is(err, errs.NotFound):
		k.cache.Remove(name)
	default:
		had, _ := k.cache.Get(name)
		had.failed, had.err = now, err
		k.cache.Add(name, had)
	}
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
	k, err := t.named(ctx, kid)
	if err != nil {
		return nil, err
	}
	return k.open(sealed, t.aad(aad))
}

// named returns the key of an id, or ErrOpen if the tenant has none of it.
func (t Tenant) named(ctx context.Context, kid string) (*key, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(kid, "k"))
	if err != nil || n < 1 || n > currentVersion || kid != "k"+strconv.Itoa(n) {
		return nil, ErrOpen
	}
	k, err := t.keys.version(ctx, t.scope, n)
	if errors.Is(err, errs.NotFound) {
		return nil, ErrOpen
	}
	return k, err
}

// Subkey returns 64 bytes for a purpose, for ciphers that Seal has not: of the tenant's current key if kid is empty, else
// of the key named, with the key's id. It fails as Seal and Open do.
func (t Tenant) Subkey(ctx context.Context, kid, purpose string) (id string, secret []byte, err error) {
	var k *key
	if kid == "" {
		k, err = t.keys.version(ctx, t.scope, currentVersion)
	} else {
		k, err = t.named(ctx, kid)
	}
	if err != nil {
		return "", nil, err
	}
	secret, err = k.subkey(purpose)
	return k.id, secret, err
}

// MAC returns the HMAC-SHA256 of value under the tenant's key, kept apart by domain.
func (t Tenant) MAC(ctx context.Context, domain string, value []byte) ([]byte, error) {
	k, err := t.keys.version(ctx, t.scope, currentVersion)
	if err != nil {
		return nil, err
	}
	return k.digest(domain, value), nil
}

// Digester returns the keyed digest of a domain with the key at hand: what it is called for many times costs one read at
// most, and fails here or not at all.
func (t Tenant) Digester(ctx context.Context, domain string) (func(value []byte) []byte, error) {
	k, err := t.keys.version(ctx, t.scope, currentVersion)
	if err != nil {
		return nil, err
	}
	return func(value []byte) []byte { return k.digest(domain, value) }, nil
}
