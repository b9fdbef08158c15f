package rules_test

import (
	"strings"
	"testing"
)

// TestARuleThatIsTooLargeToKeep is as dense as a rule can be: what ten templates compile to is no item of a table.
func TestARuleThatIsTooLargeToKeep(t *testing.T) {
	t.Parallel()
	b := start(t)
	dense := "{'a':[1" + strings.Repeat(",1", 2040) + "]}"
	var actions []body
	for range 10 {
		actions = append(actions, body{"destination_id": b.destination(t, b.own, false), "template": dense})
	}
	for _, route := range []string{"rules-create", "rules-validate"} {
		p := b.call(t, route, "", b.orders(body{"actions": actions})).WantProblem(t, 422, "invalid_request")
		if len(p.Errors) != 1 || p.Errors[0].Location != "/" {
			t.Errorf("%s: %+v", route, p.Errors)
		}
	}
	b.create(t, b.orders(body{"actions": actions[:2]}))
}
