package inspect

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/redact"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// conversationID is the label that names the conversation of a request.
	conversationID = "conversation_id"
	// subjectID is the label that names whose dates a request holds.
	subjectID = "subject_id"
	// talkFor is how long a conversation is remembered after its last new value.
	talkFor = 90 * 24 * time.Hour
	// maxTalk is how many values one conversation may number: its item stays well inside what the table holds.
	maxTalk = 5000
	// talkAttempts is how often a request starts again because others numbered values of the conversation meanwhile.
	talkAttempts = 8
	talkDomain   = "inspect.conversation"
)

// conversations keep the numbers of pseudonyms from request to request. Neither the values nor the conversations' ids
// are kept, only digests of both under the tenant's key.
type conversations struct {
	table *table.Table
	keys  *seal.Keys
	clock clock.Clock
}

// Converse makes the inspector remember the pseudonyms of conversations. The function must be a route: routes may use
// the usage table.
func (i *Inspector) Converse(env *fn.Env) {
	i.talks = &conversations{table: env.Table(table.Usage), keys: i.keys, clock: i.clock}
}

type talkRow struct {
	Values  map[string][]string `dynamodbav:"values"`
	Version int64               `dynamodbav:"version"`
	TTL     int64               `dynamodbav:"ttl"`
}

// with runs work on the conversation's book and keeps what it adds. Work may run several times; its last run counts.
func (c *conversations) with(ctx context.Context, s tenant.Scope, conversation string, work func(*redact.Book) error) error {
	sum, err := c.keys.Tenant(s).MAC(ctx, talkDomain, []byte(conversation))
	if err != nil {
		return fmt.Errorf("digest of a conversation's id: %w", err)
	}
	at := table.ConversationKey(hex.EncodeToString(sum))
	for range talkAttempts {
		var row talkRow
		if err := c.table.Get(ctx, s, at, &row); err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		book := redact.NewBook(conversation, row.Values)
		if err := work(book); err != nil || !book.Grown {
			return err
		}
		if book.Size() > maxTalk {
			return errs.Invalid(errs.Field{Location: "/metadata/" + conversationID, Message: fmt.Sprintf("names a conversation with more than %d pseudonyms; begin another", maxTalk)})
		}
		if err := c.keep(ctx, s, at, row.Version, book); !errors.Is(err, table.ErrCondition) {
			return err
		}
	}
	return errs.New(errs.Overloaded, "Too many requests of the conversation run at once; try again.")
}

func (c *conversations) keep(ctx context.Context, s tenant.Scope, at table.Key, version int64, b *redact.Book) error {
	unchanged := table.IfAbsent()
	if version > 0 {
		unchanged = expression.Name("version").Equal(expression.Value(version))
	}
	row := talkRow{Values: b.Values, Version: version + 1, TTL: table.TTL(c.clock.Now().Add(talkFor))}
	return c.table.Put(ctx, s, at, row, unchanged)
}
