package inspect

import (
	"fmt"
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/policy"
)

// TestKeptSetsAreBoundedBySize makes sure that one tenant's large sets cannot take all memory.
func TestKeptSetsAreBoundedBySize(t *testing.T) {
	t.Parallel()
	base, err := builtin.Engine()
	if err != nil {
		t.Fatal(err)
	}
	large := policy.Policy{Definition: policy.Definition{Deny: []detect.ListEntry{{Value: strings.Repeat("word ", 40)}}}}
	set, err := policy.Compile(base, []policy.Policy{large}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := newKeptSets(3 * set.Size())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		kept.add(fmt.Sprint(i), set)
		kept.add(fmt.Sprint(i), set)
	}
	if kept.lru.Len() != 3 || kept.size != 3*set.Size() {
		t.Errorf("%d sets of %d bytes are kept, want 3 of %d", kept.lru.Len(), kept.size, 3*set.Size())
	}
	if _, ok := kept.get("9"); !ok {
		t.Error("the newest set is gone")
	}
	small, err := policy.Compile(base, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept, err = newKeptSets(set.Size() - 1)
	if err != nil {
		t.Fatal(err)
	}
	kept.add("small", small)
	kept.add("large", set)
	if _, ok := kept.get("small"); !ok || kept.lru.Len() != 1 || kept.size != small.Size() {
		t.Errorf("a set larger than the limit drives out others: %d sets, %d bytes", kept.lru.Len(), kept.size)
	}
}
