package deliveries

import (
	"encoding/json"
	"slices"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	webhookkind "guardrails/shared/deliver/webhook"
	"guardrails/shared/tenant"
)

// Config is the part of a destination that depends on its type.
type Config map[string]any

// destinationLimits are what a destination gets at most; what is not set is the type's default.
type destinationLimits struct {
	PerSecond       float64 `json:"per_second,omitempty" minimum:"0.01" maximum:"1000" doc:"How many attempts begin in a second; the type's default if not given (webhook 50, slack 10, email 5, pagerduty 10, sqs and eventbridge 100)."`
	Concurrency     int     `json:"concurrency,omitempty" minimum:"1" maximum:"100" doc:"How many attempts are under way at once; 8 if not given."`
	BreakerFailures int     `json:"breaker_failures,omitempty" minimum:"1" maximum:"1000" doc:"How many failures within a minute stop deliveries for a while; the type's default if not given (webhook, pagerduty, sqs and eventbridge 5, slack 3, email 2)."`
}

// definition is a destination as callers write it.
type definition struct {
	Name    string            `json:"name" minLength:"1" maxLength:"255" pattern:"\\S" doc:"What the destination is called." example:"Security desk"`
	Type    string            `json:"type" enum:"webhook,slack,email,pagerduty,sqs,eventbridge" doc:"What kind of destination it is; it stays."`
	Config  Config            `json:"config" doc:"Depends on the type. Secrets are kept encrypted and never shown again; left out in a change, they stay." example:"{\"url\": \"https://hooks.example.com/guardrails\"}"`
	Status  string            `json:"status,omitempty" enum:"active,disabled" doc:"Disabled destinations get nothing; what was to go there can be replayed."`
	Limits  destinationLimits `json:"limits,omitempty" doc:"What it gets at most."`
	Ordered bool              `json:"ordered,omitempty" doc:"Whether events come in the order in which they were accepted, one at a time and two seconds later. A delivery that fails holds up those behind it until it arrives or is given up. What is begun anew by hand, or was committed too late, comes out of its order."`
	Labels  map[string]string `json:"labels,omitempty" maxProperties:"20" doc:"Names of one's own."`
}

// destinationView is a destination as the API shows it.
type destinationView struct {
	ID             string            `json:"id" example:"dst_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Version        int64             `json:"version" minimum:"1" doc:"Counts the changes from 1."`
	Name           string            `json:"name"`
	Type           string            `json:"type" enum:"webhook,slack,email,pagerduty,sqs,eventbridge"`
	Config         Config            `json:"config" doc:"Without its secrets. Of a URL with a path or a query, which are credentials at many receivers, only the host is shown; sent back as it is, it stays."`
	Status         string            `json:"status" enum:"active,disabled"`
	DisabledReason string            `json:"disabled_reason,omitempty" enum:"manual,gone,failing" doc:"Why it is disabled: by hand, because it answered 410, or because nothing arrived for 72 hours."`
	Recipients     []recipientView   `json:"recipients,omitempty" doc:"Of the type email: who gets its mails."`
	Breaker        breakerView       `json:"breaker"`
	Limits         destinationLimits `json:"limits" doc:"What is in force."`
	Ordered        bool              `json:"ordered"`
	Labels         map[string]string `json:"labels,omitempty"`
	Secrets        []keyView         `json:"secrets,omitempty" doc:"The live signing secrets, the current one first."`
	Secret         *string           `json:"secret,omitempty" doc:"The signing secret. Shown once: in the answer to creation, to rotation, and to a change of the signature scheme." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
	CreatedAt      string            `json:"created_at" format:"date-time"`
	UpdatedAt      string            `json:"updated_at" format:"date-time"`
}

type breakerView struct {
	State string `json:"state" enum:"closed,open,half_open" doc:"Open: the destination was not well and is left alone."`
	Until string `json:"until,omitempty" format:"date-time" doc:"When it is asked again."`
}

type recipientView struct {
	Address string `json:"address"`
	State   string `json:"state" enum:"unconfirmed,confirmed" doc:"Unconfirmed recipients were sent a code and get nothing else until it is given to the route confirm."`
	Error   string `json:"error,omitempty" example:"mail_unavailable" doc:"A stable code: why the mail with the code could not be sent. It is in the answer to the change that was to send it alone; the route confirm sends another."`
}

// notAsked notes whom the mails with codes could not be sent.
func (v *destinationView) notAsked(failed map[string]deliver.Result) {
	for i, r := range v.Recipients {
		v.Recipients[i].Error = failed[r.Address].Code
	}
}

type keyView struct {
	Hint      string `json:"hint" doc:"How the secret ends."`
	CreatedAt string `json:"created_at" format:"date-time"`
	ExpiresAt string `json:"expires_at,omitempty" format:"date-time" doc:"When it stops signing; absent for the current one."`
}

func at(ms int64) string { return clock.Format(time.UnixMilli(ms)) }

// viewOf shows a destination; limits are those in force.
func (s *store) viewOf(sc tenant.Scope, d deliver.Destination, c deliver.Control, now time.Time) (destinationView, error) {
	v := destinationView{
		ID: d.ID, Version: d.Version, Name: d.Name, Type: d.Type, Status: string(d.Status), DisabledReason: d.DisabledReason, Ordered: d.Ordered, Labels: d.Labels,
		CreatedAt: at(d.CreatedAt), UpdatedAt: at(d.UpdatedAt),
	}
	config := json.RawMessage(d.Config)
	if d.Type == "webhook" { // one from before URLs were sealed has it whole
		var err error
		if config, err = webhookkind.Masked(config); err != nil {
			return v, err
		}
	}
	if err := json.Unmarshal(config, &v.Config); err != nil {
		return v, err
	}
	if d.Type == "sqs" || d.Type == "eventbridge" {
		v.Config["external_id"] = sc.TenantID() // what the role's trust policy asks for, and whom it trusts
		if s.account != "" {
			v.Config["guardrails_account"] = s.account
		}
	}
	to, err := recipientsOf(d)
	if err != nil {
		return v, err
	}
	for _, address := range to {
		r := recipientView{Address: address, State: "confirmed"}
		if slices.Contains(d.Unconfirmed, address) {
			r.State = "unconfirmed"
		}
		v.Recipients = append(v.Recipients, r)
	}
	state, until := c.Breaker.View(now)
	v.Breaker.State = string(state)
	if state != deliver.Closed {
		v.Breaker.Until = clock.Format(until)
	}
	if k, err := s.kind(d.Type); err == nil {
		l := d.Limits(k)
		v.Limits = destinationLimits{PerSecond: l.PerSecond, BreakerFailures: l.BreakerFailures, Concurrency: d.InFlight()}
	}
	for _, key := range d.Keys {
		if key.Until != 0 && key.Until <= now.UnixMilli() {
			continue
		}
		kv := keyView{Hint: key.Hint, CreatedAt: at(key.CreatedAt)}
		if key.Until != 0 {
			kv.ExpiresAt = at(key.Until)
		}
		v.Secrets = append(v.Secrets, kv)
	}
	return v, nil
}
