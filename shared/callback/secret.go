package callback

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/errs"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
	"guardrails/shared/webhook"
)

// Secret signs what the tenant's jobs and tasks report. There is one: the older API's signature is one header, so two
// secrets cannot sign beside each other.
type Secret struct {
	Value   string
	Version int64
	// UpdatedAt is in Unix milliseconds.
	UpdatedAt int64
}

// row is the secret as it is kept.
type row struct {
	Version   int64  `dynamodbav:"version"`
	KeyID     string `dynamodbav:"kid"`
	Data      []byte `dynamodbav:"data"`
	UpdatedAt int64  `dynamodbav:"updated_at"`
	By        string `dynamodbav:"by"`
}

// aad binds the sealed value to its use.
func aad() []byte { return []byte("webhook-secret") }

// Version is how often the secret was set, 0 if there is none.
func (st *Store) Version(ctx context.Context, s tenant.Scope) (int64, error) {
	var r row
	err := st.table.Get(ctx, s, table.WebhookSecretKey(), &r)
	if errors.Is(err, errs.NotFound) {
		return 0, nil
	}
	return r.Version, err
}

// Secret reads the tenant's secret; errs.NotFound if it has none.
func (st *Store) Secret(ctx context.Context, s tenant.Scope) (Secret, error) {
	var r row
	if err := st.table.Get(ctx, s, table.WebhookSecretKey(), &r); err != nil {
		return Secret{}, err
	}
	value, err := st.keys.Tenant(s).Open(ctx, r.KeyID, r.Data, aad())
	if err != nil {
		return Secret{}, fmt.Errorf("open the webhook secret: %w", err)
	}
	return Secret{Value: string(value), Version: r.Version, UpdatedAt: r.UpdatedAt}, nil
}

// Set replaces version was of the secret, 0 for none, together with further writes; an empty value stands for a new one
// by chance. It returns table.ErrCondition if another version is there.
func (st *Store) Set(ctx context.Context, s tenant.Scope, was int64, value, by string, more ...table.Op) (Secret, error) {
	if value == "" {
		var err error
		if value, err = webhook.NewKey(webhook.HMAC, rand.Reader); err != nil {
			return Secret{}, err
		}
	}
	kid, data, err := st.keys.Tenant(s).Seal(ctx, []byte(value), aad())
	if err != nil {
		return Secret{}, err
	}
	r := row{Version: was + 1, KeyID: kid, Data: data, UpdatedAt: st.clock.Now().UnixMilli(), By: by}
	cond := table.IfAbsent()
	if was > 0 {
		cond = expression.Name("version").Equal(expression.Value(was))
	}
	ops := append([]table.Op{st.table.PutOp(s, table.WebhookSecretKey(), r, cond)}, more...)
	return Secret{Value: value, Version: r.Version, UpdatedAt: r.UpdatedAt}, table.Transact(ctx, ops...)
}

// Ensure makes a secret for a tenant that has none, together with further writes.
func (st *Store) Ensure(ctx context.Context, s tenant.Scope, by string, more ...table.Op) error {
	was, err := st.Version(ctx, s)
	if err != nil || was > 0 {
		return err
	}
	_, err = st.Set(ctx, s, 0, "", by, more...)
	if errors.Is(err, table.ErrCondition) {
		return nil // another request was first
	}
	return err
}
