package outage_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"guardrails/shared/errs"
	"guardrails/shared/outage"
)

func TestWhatIsNoOutage(t *testing.T) {
	t.Parallel()
	const text = "jane.roe@corp-mail.com"
	for _, c := range []struct {
		code    string
		refused bool
	}{
		{"AccessDeniedException", true},
		{"AccessDenied", true},
		{"KMS.AccessDeniedException", true},
		{"ResourceNotFoundException", true},
		{"NoSuchBucket", true},
		{"AWS.SimpleQueueService.NonExistentQueue", true},
		{"AWS.SimpleQueueService.BatchRequestTooLong", true},
		{"InvalidMessageContents", true},
		{"ValidationException", true},
		{"UnrecognizedClientException", true},
		{"InvalidCiphertextException", true},
		{"ProvisionedThroughputExceededException", false},
		{"ThrottlingException", false},
		{"RequestLimitExceeded", false},
		{"InternalServerError", false},
		{"ServiceUnavailable", false},
		{"SlowDown", false},
		{"ExpiredTokenException", false},
		{"TransactionConflictException", false},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			err := outage.Failure("The store does not answer now.", "get", &smithy.GenericAPIError{Code: c.code, Message: text})
			want := errs.Overloaded
			if c.refused {
				want = errs.Internal
			}
			if errs.CodeOf(err) != want || errors.Is(err, outage.ErrRefused) != c.refused || !outage.OfService(err) {
				t.Errorf("%v", err)
			}
			if strings.Contains(err.Error(), text) && c.code == "ValidationException" {
				t.Error("the text of a refused item is passed on")
			}
		})
	}
	for _, err := range []error{context.DeadlineExceeded, errors.New("connection reset")} {
		if got := outage.Failure("m", "get", err); !errors.Is(got, errs.Overloaded) || !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
	if outage.OfService(errors.New("decode")) {
		t.Error("an error of a value counts as one of a service")
	}
}
