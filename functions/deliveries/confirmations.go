package deliveries

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/deliver"
	kindlist "guardrails/shared/deliver/builtin"
	"guardrails/shared/deliver/email"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// codeLetters leaves out what reads like something else. A code is one of 30^8, and there are codeTries.
	codeLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLen     = 8
	codeTries   = 5
	codeValid   = 24 * time.Hour
	// mailsPerAddress and mailsPerTenant are how many mails with codes go out on a day (UTC), to one address and in all. They
	// go to people who have not said that they want them.
	mailsPerAddress = 10
	mailsPerTenant  = 100
	// askAtOnce of the mails are under way at a time, and all of them together have askWithin: a caller waits.
	askAtOnce = 5
	askWithin = 5 * time.Second
)

// confirmations ask recipients of mails by a code whether they want them.
type confirmations struct {
	policies, tenants *table.Table
	keys              *seal.Keys
	ids               *id.Generator
	mail              *email.Kind
}

func newConfirmations(env *fn.Env) *confirmations {
	o := kindOptions(env)
	o.MailFrom = env.MailFrom()
	return &confirmations{policies: env.Table(table.Policies), tenants: env.Table(table.Tenants), keys: env.Keys(), ids: env.IDs, mail: kindlist.Mail(o)}
}

// code is what is kept of a code that an address of a destination was sent.
type code struct {
	Hash    []byte `dynamodbav:"hash"`
	Expires int64  `dynamodbav:"expires"`
	Tries   int    `dynamodbav:"tries"`
	TTL     int64  `dynamodbav:"ttl"`
}

// asking is a number of codes to be kept and sent.
type asking struct {
	mails []email.Question
	// ops keep the codes; the first counts of them count the mails.
	ops    []table.Op
	counts int
}

// digest is the tenant's keyed digest of texts about an address.
func (c *confirmations) digest(ctx context.Context, s tenant.Scope) (func(...string) []byte, error) {
	of, err := c.keys.Tenant(s).Digester(ctx, "recipient")
	if err != nil {
		return nil, err
	}
	return func(parts ...string) []byte { return of([]byte(strings.Join(parts, "\x00"))) }, nil
}

// admit notes who of a destination's recipients is unconfirmed, and asks those who are new: who was in its earlier version
// stays what it was.
func (c *confirmations) admit(ctx context.Context, s tenant.Scope, d *deliver.Destination, old deliver.Destination, now time.Time) (asking, error) {
	to, err := recipientsOf(*d)
	if err != nil {
		return asking{}, err
	}
	was, err := recipientsOf(old)
	if err != nil {
		return asking{}, err
	}
	var added []string
	d.Unconfirmed = nil
	for _, address := range to {
		stays := slices.Contains(was, address)
		if !stays {
			added = append(added, address)
		}
		if !stays || slices.Contains(old.Unconfirmed, address) {
			d.Unconfirmed = append(d.Unconfirmed, address)
		}
	}
	return c.ask(ctx, s, d.ID, added, now)
}

// ask makes a code for each address of a destination. The caller commits the asking's ops, then sends it.
func (c *confirmations) ask(ctx context.Context, s tenant.Scope, destinationID string, addresses []string, now time.Time) (asking, error) {
	if len(addresses) == 0 {
		return asking{}, nil
	}
	digest, err := c.digest(ctx, s)
	if err != nil {
		return asking{}, err
	}
	var who struct {
		Slug string `dynamodbav:"slug"`
	}
	if err := c.tenants.Get(ctx, s, table.TenantKey(), &who); err != nil {
		return asking{}, fmt.Errorf("read who asks: %w", err)
	}
	counts, codes := []table.Op{c.count(s, now, "", len(addresses), mailsPerTenant)}, []table.Op{}
	var mails []email.Question
	for _, address := range addresses {
		plain, err := newCode()
		if err != nil {
			return asking{}, err
		}
		counts = append(counts, c.count(s, now, hex.EncodeToString(digest("mails", strings.ToLower(address))), 1, mailsPerAddress))
		ends := now.Add(codeValid)
		codes = append(codes, c.policies.PutOp(s, c.key(digest, destinationID, address),
			code{Hash: digest("code", destinationID, address, plain), Expires: ends.UnixMilli(), TTL: table.TTL(ends)}, table.Always()))
		mails = append(mails, email.Question{
			ID: c.ids.New(id.Event), Slug: who.Slug, TenantID: s.TenantID(), Address: address, Code: plain, At: now, Valid: codeValid,
		})
	}
	return asking{mails: mails, ops: append(counts, codes...), counts: len(counts)}, nil
}

func (*confirmations) key(digest func(...string) []byte, destinationID, address string) table.Key {
	return table.RecipientCodeKey(destinationID, hex.EncodeToString(digest("address", address)))
}

// count is the write that counts mails of a day, to the address of a digest or in all.
func (c *confirmations) count(s tenant.Scope, now time.Time, digest string, mails, most int) table.Op {
	n := expression.Name("n")
	u := expression.Add(n, expression.Value(mails)).Set(expression.Name("ttl"), expression.Value(table.TTL(now.Add(2*24*time.Hour))))
	cond := expression.AttributeNotExists(n).Or(n.LessThanEqual(expression.Value(most - mails)))
	return c.policies.UpdateOp(s, table.RecipientMailsKey(now.UTC().Format(time.DateOnly), digest), u, cond)
}

// refused is what a caller hears whose mails were too many; nil where err is something else. from is where the asking's ops
// are in the transaction.
func (a asking) refused(err error, from int, now time.Time) error {
	var failed *table.ConditionError
	if !errors.As(err, &failed) || len(failed.Failed) < from+a.counts || !slices.Contains(failed.Failed[from:from+a.counts], true) {
		return nil
	}
	tomorrow := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return errs.Newf(errs.QuotaExceeded, "On a day (UTC), %d mails with codes are sent to one address, and %d in all.", mailsPerAddress, mailsPerTenant).
		WithRetryAfter(tomorrow.Sub(now))
}

// keep commits an asking by itself, with other writes.
func (*confirmations) keep(ctx context.Context, a asking, now time.Time, also ...table.Op) error {
	if len(a.mails) == 0 {
		return nil
	}
	err := table.Transact(ctx, append(a.ops, also...)...)
	return cmp.Or(a.refused(err, 0, now), err)
}

// send sends the mails, and returns those that were not sent, by address.
func (c *confirmations) send(ctx context.Context, a asking) map[string]deliver.Result {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	results := make([]deliver.Result, len(a.mails))
	var g errgroup.Group
	g.SetLimit(askAtOnce)
	for i, q := range a.mails {
		g.Go(func() error {
			results[i] = c.mail.Ask(ctx, q)
			return nil
		})
	}
	_ = g.Wait() // each mail's failure is in its result
	out := map[string]deliver.Result{}
	for i, r := range results {
		if r.Class != deliver.Delivered {
			out[a.mails[i].Address] = r
		}
	}
	return out
}

// errCode is the same for all that may be wrong with a code: whoever guesses learns nothing from it.
var errCode = errs.Invalid(errs.Field{Location: "/code", Message: "is not the code of the last mail to the address, or no longer valid: a code holds for 24 hours and 5 tries; asked for without a code, another is sent"})

// check judges a code that a caller gives. It returns the write that uses the code up, or errCode. The try counts before it
// is judged, so that tries at the same time are no more than those one after the other.
func (c *confirmations) check(ctx context.Context, s tenant.Scope, destinationID, address, given string, now time.Time) (table.Op, error) {
	digest, err := c.digest(ctx, s)
	if err != nil {
		return table.Op{}, err
	}
	key := c.key(digest, destinationID, address)
	tries := expression.Name("tries")
	open := tries.LessThan(expression.Value(codeTries)).And(expression.Name("expires").GreaterThan(expression.Value(now.UnixMilli())))
	var kept code
	err = c.policies.UpdateReturning(ctx, s, key, expression.Add(tries, expression.Value(1)), open, &kept, nil)
	if errors.Is(err, table.ErrCondition) {
		return table.Op{}, errCode
	}
	if err != nil {
		return table.Op{}, err
	}
	if !hmac.Equal(kept.Hash, digest("code", destinationID, address, strings.ToUpper(given))) {
		return table.Op{}, errCode
	}
	return c.policies.DeleteOp(s, key, expression.Name("hash").Equal(expression.Value(kept.Hash))), nil
}

// newCode makes a code by chance.
func newCode() (string, error) {
	out := make([]byte, codeLen)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters))))
		if err != nil {
			return "", err
		}
		out[i] = codeLetters[n.Int64()]
	}
	return string(out), nil
}

// recipientsOf are the addresses of a destination for mails; none of one of another type.
func recipientsOf(d deliver.Destination) ([]string, error) {
	if d.Type != "email" {
		return nil, nil
	}
	return email.Recipients(json.RawMessage(d.Config))
}
