package outage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"guardrails/shared/errs"
)

// ErrRefused marks the answer of a service that did not let us, or did not know what we named: a missing grant, a
// missing table, a call that is not valid. Trying again does not help, and nothing remembered may stand in.
var ErrRefused = errors.New("the service refused the call")

// retryAfter is what callers are told while a service does not answer.
const retryAfter = 2 * time.Second

// Failure turns the error of an AWS call into one of ours: errs.Internal around ErrRefused, or errs.Overloaded with the
// message for whatever may pass. The text of a refusal may quote an item, so only its code is kept, except of one that
// is about grants and names: those tell what the role lacks.
func Failure(message, doing string, err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && refusal(api.ErrorCode()) {
		detail := api.ErrorCode()
		if denied(detail) {
			detail += ": " + api.ErrorMessage()
		}
		return errs.Wrap(errs.Internal, "Something went wrong on our side; the request id helps us to find it.", fmt.Errorf("%s: %w: %s", doing, ErrRefused, detail))
	}
	return errs.Wrap(errs.Overloaded, message, fmt.Errorf("%s: %w", doing, err)).WithRetryAfter(retryAfter)
}

// OfService reports whether an error says something about a service and nothing about the value that was worked on.
func OfService(err error) bool { return errors.Is(err, errs.Overloaded) || errors.Is(err, ErrRefused) }

// refusals are parts of the codes that DynamoDB, S3, SQS, KMS and Secrets Manager refuse with. A code that is not here
// counts as an outage, throttling among them. Credentials that have expired do too: the next ones are on their way.
var refusals = []string{
	"Validation", "InvalidParameter", "InvalidRequest", "MalformedPolicy", "SerializationException",
	"ResourceNotFound", "NotFoundException", "NoSuchBucket", "NonExistentQueue", "QueueDoesNotExist",
	"UnrecognizedClient", "InvalidClientTokenId", "InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature",
	"BatchRequestTooLong", "InvalidMessageContents", "InvalidAttributeValue",
	"DisabledException", "KMSInvalidState", "InvalidKeyUsage", "IncorrectKey", "InvalidCiphertext",
}

func denied(code string) bool {
	return strings.Contains(code, "AccessDenied") || strings.Contains(code, "NotAuthorized") || strings.Contains(code, "UnauthorizedOperation")
}

func refusal(code string) bool {
	return denied(code) || slices.ContainsFunc(refusals, func(part string) bool { return strings.Contains(code, part) })
}
