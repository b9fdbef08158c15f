package analyze_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fntest"
	"guardrails/shared/table"
)

// pseudonyms redacts a text of a conversation ("" for none) and returns it.
func pseudonyms(t *testing.T, sys *fntest.System, as authn.Claims, conversation, text string) string {
	t.Helper()
	body := map[string]any{"text": text, "redaction": map[string]any{"operator": "pseudonym"}}
	if conversation != "" {
		body["metadata"] = map[string]any{"conversation_id": conversation}
	}
	var out struct{ Redacted string }
	if err := json.Unmarshal(sys.Call(t, "redact", fntest.Request{As: &as, Body: body}).Want(t, 200).Body, &out); err != nil {
		t.Fatal(err)
	}
	return out.Redacted
}

func TestAPseudonymLastsForTheConversation(t *testing.T) {
	t.Parallel()
	sys := system(t)
	acme, globex := sys.Tenant(t), sys.Tenant(t)
	own, other := acme.As(authz.Analyst), globex.As(authz.Analyst)
	for _, c := range []struct {
		as                       authn.Claims
		conversation, text, want string
	}{
		{own, "talk-of-carol", "John Smith met Mary Jones.", "[PERSON_1] met [PERSON_2]."},
		{own, "talk-of-carol", "Mary Jones called.", "[PERSON_2] called."},
		{own, "talk-of-carol", "Mary Jones wrote to jane.roe@corp-mail.com and JANE.ROE@corp-mail.com", "[PERSON_2] wrote to [EMAIL_ADDRESS_1] and [EMAIL_ADDRESS_1]"},
		{own, "talk-of-carol", "Peter Miller met John Smith.", "[PERSON_3] met [PERSON_1]."},
		{own, "another", "Mary Jones called.", "[PERSON_1] called."},
		{own, "", "Mary Jones called.", "[PERSON_1] called."},
		{other, "talk-of-carol", "Mary Jones called.", "[PERSON_1] called."},
	} {
		if got := pseudonyms(t, sys, c.as, c.conversation, c.text); got != c.want {
			t.Errorf("%s in %q: %s, want %s", c.text, c.conversation, got, c.want)
		}
	}
	var a struct{ Redacted string }
	body := `{"text":"Mary Jones called.","redaction":{"by_type":{"PERSON":{"operator":"pseudonym"}}},"metadata":{"conversation_id":"talk-of-carol"}}`
	if err := json.Unmarshal(sys.Call(t, "analyze", fntest.Request{As: &own, Body: body}).Want(t, 200).Body, &a); err != nil || a.Redacted != "[PERSON_2] called." {
		t.Errorf("analyze: %s, %v", a.Redacted, err)
	}

	var rows []map[string]any
	if _, err := sys.Env().Table(table.Usage).Query(t.Context(), acme.Scope(t), table.Page{Part: table.PartTalks, Limit: 10}, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 {
		t.Errorf("%d conversations are kept, want 2", len(rows))
	}
	for _, text := range []string{"Mary Jones", "mary jones", "Smith", "jane.roe", "talk-of-carol"} {
		if strings.Contains(fmt.Sprint(rows), text) {
			t.Errorf("%q is kept: %v", text, rows)
		}
	}
}

// Of requests that run at once, none gives a number that another has given.
func TestRequestsOfAConversationAtOnce(t *testing.T) {
	t.Parallel()
	sys := system(t)
	as := sys.Tenant(t).As(authz.Analyst)
	got := make([]string, 5)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			got[i] = pseudonyms(t, sys, as, "busy", fmt.Sprintf("a.nother@corp-mail.com and person%d@corp-mail.com", i))
		})
	}
	all.Wait()
	seen := map[string]bool{}
	first, _, _ := strings.Cut(got[0], " and ")
	for _, text := range got {
		shared, own, _ := strings.Cut(text, " and ")
		if shared != first || own == shared || seen[own] {
			t.Errorf("numbers are given twice, or change: %q", got)
		}
		seen[own] = true
	}
}

func TestAConversationNumbersSoManyValues(t *testing.T) {
	t.Parallel()
	sys := system(t)
	as := sys.Tenant(t).As(authz.Analyst)
	var text strings.Builder
	for i := range 5001 {
		fmt.Fprintf(&text, "p%d@corp-mail.com ", i)
	}
	body := map[string]any{"text": text.String(), "redaction": map[string]any{"operator": "pseudonym"}, "metadata": map[string]any{"conversation_id": "long"}}
	p := sys.Call(t, "redact", fntest.Request{As: &as, Body: body}).WantProblem(t, 422, "invalid_request")
	if len(p.Errors) != 1 || p.Errors[0].Location != "/metadata/conversation_id" {
		t.Errorf("errors %v", p.Errors)
	}
	if got := pseudonyms(t, sys, as, "long", "p9@corp-mail.com"); got != "[EMAIL_ADDRESS_1]" {
		t.Errorf("what was refused is kept: %s", got)
	}
}

// meanwhile lets another request of a conversation be faster: before the first write of the conversation it does that.
type meanwhile struct {
	aws.HTTPClient
	first sync.Once
	do    func()
}

func (m *meanwhile) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".TransactWriteItems") {
		return m.HTTPClient.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if bytes.Contains(body, []byte("#"+table.PartTalks)) {
		m.first.Do(m.do)
	}
	return m.HTTPClient.Do(r)
}

// TestAStreamGoesOnAfterAFasterRequest has another request of the conversation number its values while a stream is under
// way: the stream takes over its pseudonyms, and its answer is otherwise as if it had been alone.
func TestAStreamGoesOnAfterAFasterRequest(t *testing.T) {
	t.Parallel()
	sys := system(t)
	operator := sys.Tenant(t).As(authz.Operator)
	const options = `"redaction":{"operator":"pseudonym"},"metadata":{"conversation_id":%q}`
	first := func(conversation string) string {
		return fmt.Sprintf(`{"text":"Write to jane.roe@corp-mail.com and joe.poe@",`+options+`}`, conversation)
	}
	const second = `{"text":"corp-mail.com, or to ann.lee@corp-mail.com."}`
	alone := stream(t, sys, operator, first("c-alone"), second)
	line := &meanwhile{HTTPClient: sys.Config.AWS.HTTPClient}
	other := system(t)
	other.Config.AWS.HTTPClient = line
	line.do = func() { // by functions of their own, whose calls do not pass here
		if got := pseudonyms(t, sys, operator, "c-both", "Ask joe.poe@corp-mail.com."); got != "Ask [EMAIL_ADDRESS_1]." {
			t.Errorf("the faster request got %q", got)
		}
	}
	both := stream(t, other, operator, first("c-both"), second)
	line.first.Do(func() { t.Error("nobody was faster") })
	if want := "Write to [EMAIL_ADDRESS_2] and [EMAIL_ADDRESS_1], or to [EMAIL_ADDRESS_3]."; both.text() != want {
		t.Errorf("%q, want %q", both.text(), want)
	}
	if want := "Write to [EMAIL_ADDRESS_1] and [EMAIL_ADDRESS_2], or to [EMAIL_ADDRESS_3]."; alone.text() != want {
		t.Errorf("alone %q, want %q", alone.text(), want)
	}
	if !reflect.DeepEqual(both.findings, alone.findings) || !reflect.DeepEqual(both.summary.Findings, alone.summary.Findings) || len(alone.findings) != 3 {
		t.Errorf("found %+v, alone %+v", both.findings, alone.findings)
	}
	if got := pseudonyms(t, sys, operator, "c-both", "Bye, ann.lee@corp-mail.com."); got != "Bye, [EMAIL_ADDRESS_3]." {
		t.Errorf("the conversation goes on with %q", got)
	}
}
