package email

import (
	"context"
	"fmt"
	"time"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/post"
)

// Question asks a recipient whether it wants a tenant's mails. Nothing in it is a text of the tenant's own: the mail goes
// to people who may not know the tenant, and must not carry what it would like to tell them.
type Question struct {
	// ID is the mail's, Slug and TenantID name the tenant.
	ID, Slug, TenantID string
	Address            string
	// Code is what shows that the answer is yes, for as long as Valid from At on.
	Code  string
	At    time.Time
	Valid time.Duration
}

const questionText = `Somebody wants Guardrails to send mails about events to this address,
for its customer %[1]s (%[2]s).

Code: %[3]s

If you want these mails, give the code to whoever asked you for it. It is
valid for %[4]d hours, and for this address alone.

If you do not want them, or know nothing of this, do nothing, and give the
code to nobody: without it no events are sent to you. If such mails come
again, tell whoever sends from this address which customer is named above.
`

// Ask sends the question. It never fails otherwise than by its Result.
func (k *Kind) Ask(ctx context.Context, q Question) deliver.Result {
	if k.from == "" {
		return unavailable()
	}
	text := fmt.Sprintf(questionText, q.Slug, q.TenantID, q.Code, int(q.Valid.Hours()))
	raw, err := letter{id: q.ID, from: k.from, to: []string{q.Address}, subject: prefix + " Do you want these mails?", text: text, at: q.At}.bytes()
	if err != nil {
		return post.Failed("template_error")
	}
	ctx, cancel := context.WithTimeout(ctx, k.Defaults().Timeout)
	defer cancel()
	return k.sender.SendMail(ctx, k.from, []string{q.Address}, raw)
}
