package detect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDomainsInLists(t *testing.T) {
	t.Parallel()
	deny := Custom{Deny: []ListEntry{{Domain: "Evil.com"}}}
	allow := Custom{Allow: []ListEntry{{Domain: "mail.com"}}}
	for _, c := range []struct {
		name, text string
		custom     Custom
		want       []string
	}{
		{"denied host", "see https://evil.com/a and EVIL.COM.", deny, []string{"DOMAIN_NAME:evil.com", "DENY_LIST:evil.com", "DENY_LIST:EVIL.COM"}},
		{"denied address", "ask bob.x+y@evil.com now", deny, []string{"EMAIL_ADDRESS:bob.x+y@evil.com", "DENY_LIST:bob.x+y@evil.com"}},
		{"denied below", "www.evil.com, eve@mx.evil.com", deny, []string{"DENY_LIST:www.evil.com", "DOMAIN_NAME:evil.com", "EMAIL_ADDRESS:eve@mx.evil.com", "DENY_LIST:eve@mx.evil.com"}},
		{"a denied host at the ends of the text", "evil.com", deny, []string{"DOMAIN_NAME:evil.com", "DENY_LIST:evil.com"}},
		{"denied handle", "@evil.com", deny, []string{"DOMAIN_NAME:evil.com", "DENY_LIST:evil.com"}},
		{"denied in wide letters", "bob@ｅｖｉｌ．com", deny, []string{"EMAIL_ADDRESS:bob@ｅｖｉｌ．com", "DENY_LIST:bob@ｅｖｉｌ．com"}},
		{"denied with a type", "evil.com", Custom{Deny: []ListEntry{{Domain: "evil.com", Type: "PHISHING"}, {Value: "other", Type: "PHISHING"}}}, []string{"DOMAIN_NAME:evil.com", "PHISHING:evil.com"}},
		{"a value beside a domain", "evil.com and zeus2", Custom{Deny: []ListEntry{{Domain: "evil.com"}, {Value: "zeus"}}}, []string{"DOMAIN_NAME:evil.com", "DENY_LIST:evil.com", "DENY_LIST:zeus"}},
		{"allowed addresses", "bob@mail.com, BOB@eu.MAIL.com, bob@gmail.com, bob@mail.com.org", allow, []string{"EMAIL_ADDRESS:bob@gmail.com", "EMAIL_ADDRESS:bob@mail.com.org"}},
		{"allowed for another type", "bob@mail.com", Custom{Allow: []ListEntry{{Domain: "mail.com", Type: "URL"}}}, []string{"EMAIL_ADDRESS:bob@mail.com"}},
		{"allowed for the type by its older name", "bob@mail.com", Custom{Allow: []ListEntry{{Domain: "mail.com", Type: "EMAIL"}}}, nil},
		{"denied and allowed", "bob@evil.com", Custom{Deny: deny.Deny, Allow: []ListEntry{{Domain: "evil.com"}}}, []string{"DENY_LIST:bob@evil.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, show(c.text, extended(t, c.custom).Scan(t.Context(), c.text, Options{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOtherDomainsAreNotDenied(t *testing.T) {
	t.Parallel()
	const text = "notevil.com, not-evil.com, evil.com.org, evil.community, evil.com-x.org, bob@notevil.com"
	for _, got := range show(text, extended(t, Custom{Deny: []ListEntry{{Domain: "evil.com"}}}).Scan(t.Context(), text, Options{})) {
		if strings.HasPrefix(got, denyType) {
			t.Error(got)
		}
	}
}

func TestHostOf(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"bob@corp.io": "corp.io", "mailto:bob@corp.io?subject=x": "corp.io", "corp.io": "corp.io", "corp.io.": "corp.io",
		"https://corp.io:8443/a?b=c@evil.com#d": "corp.io", "https://corp.io@evil.com/": "evil.com", "https://u:p@corp.io": "corp.io",
		`https://evil.com\@corp.io`: "evil.com", "https://evil.com?@corp.io": "evil.com",
		"corp": "", "john smith": "", "": "", "://": "", "a..b": "", "-a.io": "", "mary@": "",
	} {
		if got := hostOf(value); got != want {
			t.Errorf("the host of %q is %q, want %q", value, got, want)
		}
	}
}

func TestDomainsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"canary", "canary.com/x", "canary .com", "*.canary.com", ".canary.com", "canary@x.com", strings.Repeat("a.", 130) + "com"} {
		_, err := newTestEngine(t).Extend(Custom{Allow: []ListEntry{{Domain: name}}, Deny: []ListEntry{{Domain: name}}})
		fields := FieldErrors(err)
		if len(fields) != 2 || fields[0].Pointer != "/deny/0/domain" || fields[1].Pointer != "/allow/0/domain" || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
