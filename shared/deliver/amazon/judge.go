package amazon

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"guardrails/shared/deliver"
)

// judge classifies what a call gave. Nothing of the error but its code is kept: the messages of AWS name accounts, roles
// and addresses of ours.
func judge(ctx context.Context, err error) deliver.Result {
	var (
		api      smithy.APIError
		response *awshttp.ResponseError
	)
	status := 0
	if errors.As(err, &response) {
		status = response.HTTPStatusCode()
	}
	switch {
	case err == nil:
		return deliver.Result{Class: deliver.Delivered, Status: http.StatusOK}
	case errors.As(err, &api):
		return judgeCode(api.ErrorCode(), status)
	case errors.Is(err, errRole):
		return deliver.Result{Class: deliver.Permanent, Code: "role_refused"}
	case errors.Is(ctx.Err(), context.Canceled):
		return deliver.Result{Class: deliver.Retryable, Code: "cancelled"}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return deliver.Result{Class: deliver.Retryable, Code: "timeout", Unwell: true}
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return deliver.Result{Class: deliver.Permanent, Code: "aws_rejected", Status: status}
	}
	return deliver.Result{Class: deliver.Retryable, Code: "aws_unavailable", Status: status, Unwell: true}
}

// judgeCode classifies an error of AWS by its code and the status that it came with, 0 if there was none.
func judgeCode(code string, status int) deliver.Result {
	// "com.amazonaws.sqs#QueueDoesNotExist" and "AWS.SimpleQueueService.NonExistentQueue" have their name at the end.
	name := code[strings.LastIndexAny(code, "#.")+1:]
	r := deliver.Result{Class: deliver.Permanent, Code: "aws_rejected", Status: status}
	_, throttled := retry.DefaultThrottleErrorCodes[name]
	switch {
	case throttled, name == "LimitExceededException", name == "OverLimit", status == http.StatusTooManyRequests:
		r.Class, r.Code, r.Unwell = deliver.Retryable, "throttled", true
	case strings.HasPrefix(name, "AccessDenied"), strings.HasPrefix(name, "KmsAccessDenied"), name == "NotAuthorizedForSourceException",
		name == "NotAuthorizedForDetailTypeException", name == "InvalidClientTokenId", name == "UnauthorizedOperation":
		r.Code = "access_denied"
	case name == "QueueDoesNotExist", name == "NonExistentQueue", name == "ResourceNotFoundException", name == "NoSuchEntity":
		r.Code = "not_found"
	case name == "MessageRejected":
		r.Code = "message_rejected"
	case name == "SendingPausedException", name == "AccountSuspendedException", name == "MailFromDomainNotVerifiedException":
		// The platform's own trouble, which its operators can end; no customer's address is at fault.
		r.Class, r.Code, r.Unwell = deliver.Retryable, "mail_unavailable", true
	case name == "ExpiredToken", name == "ExpiredTokenException", name == "RequestExpired":
		r.Class, r.Code = deliver.Retryable, "expired_token"
	case status >= 500, name == "InternalFailure", name == "InternalException", name == "InternalError", name == "ServiceUnavailable", name == "unknown":
		r.Class, r.Code, r.Unwell = deliver.Retryable, "aws_unavailable", true
	}
	return r
}
