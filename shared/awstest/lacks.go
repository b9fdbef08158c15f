package awstest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"guardrails/shared/emulator"
)

// LacksVariable names what the endpoint under test cannot do, with commas between the names. Without it, what MiniStack
// cannot do counts where MiniStack answers.
const LacksVariable = "GUARDRAILS_TEST_LACKS"

// ministackLacks are the gaps of MiniStack that tests meet.
func ministackLacks() []string {
	return []string{
		"sqs-partial-batch", // a bad entry of a batch is taken, or fails the whole batch
	}
}

// Lacks skips a test of something that the endpoint is known not to do, by the gap's name. Against AWS nothing is skipped.
func Lacks(t testing.TB, gap string) {
	t.Helper()
	lacks := strings.Split(os.Getenv(LacksVariable), ",") //nolint:forbidigo // the documented switch of the tests
	if _, err := emulator.Identify(t.Context(), Endpoint(t)); err == nil {
		lacks = append(lacks, ministackLacks()...)
	}
	if slices.Contains(lacks, gap) {
		t.Skip("the endpoint lacks " + gap)
	}
}
