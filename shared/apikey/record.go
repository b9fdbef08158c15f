package apikey

import (
	"cmp"
	"crypto/subtle"
	"errors"
	"net/netip"
	"slices"
	"time"

	"guardrails/shared/authz"
	"guardrails/shared/errs"
)

// Record is an API key as the tenants table keeps it. Times are Unix milliseconds; 0 means never.
type Record struct {
	ID     string     `dynamodbav:"id"`
	Name   string     `dynamodbav:"name"`
	Public string     `dynamodbav:"public"`
	Prefix string     `dynamodbav:"prefix"`
	Test   bool       `dynamodbav:"test,omitempty"`
	Role   authz.Role `dynamodbav:"role"`
	Scopes []string   `dynamodbav:"scopes"`
	// RateLimit is requests a minute over all routes; 0 means the plan's client limit.
	RateLimit  int      `dynamodbav:"rate_limit,omitempty"`
	AllowedIPs []string `dynamodbav:"allowed_ips,omitempty"`
	// LimitRoot is the key whose rate limit this one's requests count in, if it is another's: a limited key's keys
	// share what it has.
	LimitRoot string `dynamodbav:"limit_root,omitempty"`
	// Digest is of the current secret; OldDigest of the one before, valid until OldUntil. Older are those before that
	// one, apart from it because the first records knew only one.
	Digest    []byte   `dynamodbav:"digest"`
	OldDigest []byte   `dynamodbav:"old_digest,omitempty"`
	OldUntil  int64    `dynamodbav:"old_until,omitempty"`
	Older     []Expiry `dynamodbav:"older,omitempty"`
	ExpiresAt int64    `dynamodbav:"expires_at,omitempty"`
	RevokedAt int64    `dynamodbav:"revoked_at,omitempty"`
	LastUsed  int64    `dynamodbav:"last_used_at,omitempty"`
	CreatedAt int64    `dynamodbav:"created_at"`
	CreatedBy string   `dynamodbav:"created_by"`
	Version   int64    `dynamodbav:"version"`
}

// Expiry is an earlier secret's digest and when it ceases to be valid, in Unix milliseconds.
type Expiry struct {
	Digest []byte `dynamodbav:"digest"`
	Until  int64  `dynamodbav:"until"`
}

// Accepts reports whether digest belongs to the key at time now: not revoked, not expired, current or overlapping.
func (r Record) Accepts(digest []byte, now time.Time) bool {
	accepted := subtle.ConstantTimeCompare(digest, r.Digest) == 1
	for _, old := range r.overlapping(now) {
		accepted = subtle.ConstantTimeCompare(digest, old.Digest) == 1 || accepted
	}
	return accepted && r.Status(now) == StatusActive
}

// Current reports whether digest is of the key's current secret, not of one that was rotated out.
func (r Record) Current(digest []byte) bool { return subtle.ConstantTimeCompare(digest, r.Digest) == 1 }

// Bucket is the id of the key whose rate limit the key's requests count in.
func (r Record) Bucket() string { return cmp.Or(r.LimitRoot, r.ID) }

// MaxLife is how long a key lives at most if a person does not decide otherwise.
const MaxLife = 90 * 24 * time.Hour

// LivesOn reports whether the key is as good as the best that its tenant can have in how long it lives. Only of such
// keys may an administrator's make others that outlive it: somebody has to renew a tenant's keys.
func (r Record) LivesOn() bool {
	return r.ExpiresAt == 0 || r.ExpiresAt-r.CreatedAt >= MaxLife.Milliseconds()
}

// overlapping are the earlier secrets that are still valid, the latest first.
func (r Record) overlapping(now time.Time) []Expiry {
	all := append([]Expiry{{r.OldDigest, r.OldUntil}}, r.Older...)
	return slices.DeleteFunc(all, func(e Expiry) bool { return now.UnixMilli() >= e.Until })
}

// maxOverlapping bounds how many earlier secrets of a key are valid at once.
const maxOverlapping = 10

// rotate makes digest the current one; each earlier secret stays valid for as long as it was promised.
func (r *Record) rotate(digest []byte, now time.Time) error {
	older := r.overlapping(now)
	if len(older) >= maxOverlapping {
		return errs.Newf(errs.Conflict, "The key was rotated %d times within %d hours; rotate it later, or make another.", maxOverlapping, int(Overlap.Hours()))
	}
	r.OldDigest, r.OldUntil, r.Older = r.Digest, now.Add(Overlap).UnixMilli(), older
	r.Digest = digest
	return nil
}

// Status is what has become of a key.
type Status string

// The states of a key.
const (
	StatusActive  Status = "active"
	StatusExpired Status = "expired"
	StatusRevoked Status = "revoked"
)

// Status says what has become of the key at time now.
func (r Record) Status(now time.Time) Status {
	switch {
	case r.RevokedAt != 0:
		return StatusRevoked
	case r.ExpiresAt != 0 && now.UnixMilli() >= r.ExpiresAt:
		return StatusExpired
	}
	return StatusActive
}

// AllowsIP reports whether the key may be used from an address; an empty list allows every one.
func (r Record) AllowsIP(address string) bool {
	if len(r.AllowedIPs) == 0 {
		return true
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, a := range r.AllowedIPs {
		if p, err := ParsePrefix(a); err == nil && p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// Covers reports whether every one of the addresses and CIDR blocks lies within those that the key may be used from.
func (r Record) Covers(addresses []string) bool {
	if len(r.AllowedIPs) == 0 {
		return true
	}
	return len(addresses) > 0 && !slices.ContainsFunc(addresses, func(a string) bool {
		p, err := ParsePrefix(a)
		return err != nil || !slices.ContainsFunc(r.AllowedIPs, func(own string) bool {
			o, err := ParsePrefix(own)
			return err == nil && o.Bits() <= p.Bits() && o.Contains(p.Addr())
		})
	})
}

// TooWide reports whether a block is no restriction worth the name: wider than what the largest networks are given.
// Several such blocks would allow every address, as one of /0 does.
func TooWide(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() < 8
	}
	return p.Bits() < 32
}

// ParsePrefix reads an address or a CIDR block. IPv4 must be written as such, not inside IPv6: callers' addresses are
// compared in their plain form.
func ParsePrefix(s string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		ip = ip.Unmap().WithZone("")
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err == nil && p.Addr().Is4In6() {
		return p, errors.New("apikey: IPv4 block written as IPv6")
	}
	return p.Masked(), err
}
