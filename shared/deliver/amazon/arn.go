package amazon

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"guardrails/shared/tenantrole"
)

const digits = "0123456789"

// RoleARN reports whether s is the ARN of a role that may be taken up, and returns the account that it is of.
func RoleARN(s string) (account string, ok bool) {
	a, parsed := parse(s)
	name, isRole := strings.CutPrefix(a.Resource, "role/")
	return a.AccountID, parsed && isRole && a.Service == "iam" && a.Region == "" && strings.HasPrefix(name, tenantrole.CustomerPrefix) && plain(name, "+=,.@-_/")
}

// BusARN reports whether s is the ARN of an event bus, and returns its region.
func BusARN(s string) (region string, ok bool) {
	a, parsed := parse(s)
	name, isBus := strings.CutPrefix(a.Resource, "event-bus/")
	return a.Region, parsed && isBus && a.Service == "events" && Region(a.Region) && name != "" && plain(name, ".-_/")
}

// Region reports whether s could be the name of a region: "eu-central-1".
func Region(s string) bool {
	parts := strings.Split(s, "-")
	return len(parts) >= 3 && len(s) <= 32 && plain(s, "-") && strings.ToLower(s) == s && !strings.Contains(s, "--")
}

// Account reports whether s is the number of an account.
func Account(s string) bool { return len(s) == 12 && strings.Trim(s, digits) == "" }

func parse(s string) (arn.ARN, bool) {
	a, err := arn.Parse(s)
	if err != nil || len(s) > 512 || !Account(a.AccountID) {
		return arn.ARN{}, false
	}
	switch a.Partition {
	case "aws", "aws-us-gov", "aws-cn":
		return a, true
	}
	return arn.ARN{}, false
}

// plain reports whether s has letters and digits of ASCII alone, and what is in also.
func plain(s, also string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"+digits+also) == ""
}
