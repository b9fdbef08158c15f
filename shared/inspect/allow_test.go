package inspect_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/inspect"
	"guardrails/shared/policy"
)

// noKeys is a line on which the key service does not answer.
type noKeys struct {
	aws.HTTPClient
	calls atomic.Int32
}

func (n *noKeys) Do(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "TrentService.Decrypt") {
		n.calls.Add(1)
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return n.HTTPClient.Do(r)
}

// TestAllowListsNeedTheirKeyOnce analyzes many findings under an allow list of digests while the key service hangs: the
// request is refused after one wait, and not answered as if nothing were allowed after hundreds.
func TestAllowListsNeedTheirKeyOnce(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	line := &noKeys{HTTPClient: sys.Config.AWS.HTTPClient}
	acme, globex := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	sys.Config.AWS.HTTPClient, sys.Config.StorePatience = line, 2*time.Second // the other stores must answer in that time
	i, err := inspect.New(sys.Env())
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("mail jane.roe@corp-mail.com, ", 100)
	draft := policy.Policy{ID: "draft", Definition: policy.Definition{Allow: []detect.ListEntry{{HMAC: strings.Repeat("ab", 32)}}}}
	_, err = i.Analyze(t.Context(), acme, inspect.Request{Value: inspect.Value{Text: &text}, Draft: &draft})
	if !errors.Is(err, errs.Overloaded) || line.calls.Load() > 3 {
		t.Errorf("%v after %d calls", err, line.calls.Load())
	}
	if _, err := i.Analyze(t.Context(), globex, inspect.Request{Value: inspect.Value{Text: &text}}); err != nil {
		t.Errorf("a tenant without such a list: %v", err)
	}
}
