package rules_test

import (
	"strings"
	"testing"
)

// TestARuleThatIsTooLargeToKeep is as dense as a rule can be: what its templates compile to is no item of a table.
func TestARuleThatIsTooLargeToKeep(t *testing.T) {
	t.Parallel()
	b := start(t)
	dense := "{'a':[1" + strings.Repeat(",1", 2040) + "]}"
	var actions []body
	for range 7 {
		actions = append(actions, body{"destination_id": b.destination(t, b.own, false), "template": dense})
	}
	p := b.call(t, "rules-create", "", b.orders(body{"actions": actions})).WantProblem(t, 422, "invalid_request")
	if len(p.Errors) != 1 || p.Errors[0].Location != "/" {
		t.Errorf("%+v", p.Errors)
	}
	b.call(t, "rules-validate", "", b.orders(body{"actions": actions})).WantProblem(t, 422, "invalid_request")
	b.create(t, b.orders(body{"actions": actions[:1]}))
}
