package table_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// answers is a DynamoDB that gives one error code a call, and succeeds when there are none left.
type answers struct{ codes []string }

func (a *answers) Do(*http.Request) (*http.Response, error) {
	res := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}}
	body := `{"Attributes":{"id":{"S":"j"},"n":{"N":"2"}}}`
	if len(a.codes) > 0 {
		res.StatusCode, body = http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#`+a.codes[0]+`","message":"said"}`
		a.codes = a.codes[1:]
	}
	res.Body = io.NopCloser(strings.NewReader(body))
	return res, nil
}

func (a *answers) table() *table.Table {
	api := dynamodb.New(dynamodb.Options{Region: "us-east-1", HTTPClient: a, Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), RetryMaxAttempts: 1})
	return table.New(api, "jobs", table.Access{Read: true, Write: true}, nil)
}

// TestWritesWaitForTransactions has single writes meet a transaction that holds their item.
func TestWritesWaitForTransactions(t *testing.T) {
	t.Parallel()
	key, set := table.JobKey("j"), expression.Set(expression.Name("n"), expression.Value(2))
	writes := map[string]func(*table.Table, tenant.Scope) error{
		"put": func(jobs *table.Table, s tenant.Scope) error {
			return jobs.Put(t.Context(), s, key, row{"j", 1}, table.Always())
		},
		"update": func(jobs *table.Table, s tenant.Scope) error {
			return jobs.Update(t.Context(), s, key, set, table.IfPresent())
		},
		"delete": func(jobs *table.Table, s tenant.Scope) error { return jobs.Delete(t.Context(), s, key, table.Always()) },
		"update returning": func(jobs *table.Table, s tenant.Scope) error {
			var now row
			err := jobs.UpdateReturning(t.Context(), s, key, set, table.IfPresent(), &now, nil)
			if err == nil && now.N != 2 {
				return errors.New("the item was not decoded")
			}
			return err
		},
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scope.Mint("ten_a")
			const conflict = "TransactionConflictException"
			if err := write((&answers{[]string{conflict, conflict}}).table(), s); err != nil {
				t.Errorf("after two conflicts: %v", err)
			}
			if err := write((&answers{[]string{conflict, "ConditionalCheckFailedException"}}).table(), s); !errors.Is(err, table.ErrCondition) {
				t.Errorf("a condition that fails after a conflict: %v", err)
			}
			for _, code := range []string{"AccessDeniedException", "ResourceNotFoundException", "ValidationException"} {
				if err := write((&answers{[]string{code}}).table(), s); !errors.Is(err, outage.ErrRefused) || errs.CodeOf(err) != errs.Internal {
					t.Errorf("%s: %v", code, err)
				}
			}
			if err := write((&answers{[]string{"ThrottlingException"}}).table(), s); !errors.Is(err, errs.Overloaded) {
				t.Errorf("a throttled write: %v", err)
			}
		})
	}
}
