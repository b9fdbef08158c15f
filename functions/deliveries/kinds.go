package deliveries

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"

	"guardrails/shared/deliver"
	kindlist "guardrails/shared/deliver/builtin"
	webhookkind "guardrails/shared/deliver/webhook"
	"guardrails/shared/detect"
	"guardrails/shared/detect/pii"
	"guardrails/shared/detect/secrets"
	"guardrails/shared/fn"
	"guardrails/shared/redact"
	"guardrails/shared/webhook"
)

// kinds are the kinds of destinations, as routes check them.
func kinds(env *fn.Env) []deliver.Kind { return kindlist.Kinds(kindOptions(env)) }

// senders are the kinds, with the ways out that the sender alone has.
func senders(env *fn.Env) []deliver.Kind {
	o := kindOptions(env)
	o.Sessions, o.MailFrom = env.TenantSessions(), env.MailFrom()
	return kindlist.Kinds(o)
}

func kindOptions(env *fn.Env) kindlist.Options {
	c := env.Config
	return kindlist.Options{
		AllowPrivate: c.Destinations.Private, Roots: c.DestinationRoots, Clock: env.Clock, AWS: c.AWS, Account: c.Account, MailFrom: c.MailFrom, SMTP: c.SMTP,
	}
}

// newKey makes a signing key as the destination's configuration wants it.
func newKey(config json.RawMessage) (string, error) {
	scheme, err := webhookkind.SchemeOf(config)
	if err != nil {
		return "", err
	}
	return webhook.NewKey(scheme, rand.Reader)
}

// redactor makes responses fit to be kept: a receiver may repeat what it was sent, or show secrets of its own. What a
// response means is nobody's secret, so the detectors of values do, without the model and the lexicons. The engine is built
// when the first response needs it.
func redactor() func(context.Context, []byte) string {
	engine := sync.OnceValues(func() (*detect.Engine, error) { return detect.New(append(pii.Detectors(), secrets.Detectors()...)) })
	return func(ctx context.Context, response []byte) string {
		text := printable(response)
		e, err := engine()
		if err != nil {
			return "" // what was not looked at is not kept
		}
		found := e.Scan(ctx, text, detect.Options{})
		if len(found.Incomplete) > 0 {
			return ""
		}
		out, _, err := redact.NewSession(nil, "", nil).Redact(ctx, "", text, found.Findings)
		if err != nil {
			return ""
		}
		return out
	}
}

// printable is a response as text: what is no UTF-8 and what controls terminals is replaced.
func printable(b []byte) string {
	out := []rune(string(b))
	for i, c := range out {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			out[i] = '\uFFFD'
		}
	}
	return string(out)
}
