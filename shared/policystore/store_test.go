package policystore_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
)

const first, second = "pol_00000000000000000000000001", "pol_00000000000000000000000002"

func row(t *testing.T, id string, version int, name string) policystore.Row {
	t.Helper()
	r := policystore.Row{ID: id, Version: version, CreatedAt: 1_700_000_000_123, UpdatedAt: 1_700_000_001_000, By: "key_x"}
	if err := r.Keep(policy.Definition{Name: name, Extends: []string{"gdpr"}}); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLoadKeepsTheOrderAndNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	own, other := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	tbl := sys.Env().Table(table.Policies)
	for i, id := range []string{first, second} {
		if err := tbl.Put(t.Context(), own, table.PolicyKey(id), row(t, id, i+1, id), table.IfAbsent()); err != nil {
			t.Fatal(err)
		}
	}
	s := policystore.New(tbl)
	got, err := s.Load(t.Context(), own, []string{second, "hipaa", first})
	if err != nil || len(got) != 3 || got[0].ID != second || got[0].Version != 2 || got[1].ID != "hipaa" || got[2].Name != first {
		t.Errorf("loaded %+v, %v", got, err)
	}
	if got[2].CreatedAt.Format("15:04:05.000") != "22:13:20.123" {
		t.Errorf("created at %v", got[2].CreatedAt)
	}
	for want, ids := range map[int][]string{0: {"nonsense"}, 1: {first, "pol_00000000000000000000000003"}, 2: {first, second, "HIPAA"}} {
		_, err := s.Load(t.Context(), own, ids)
		var unknown *policystore.UnknownError
		if !errors.As(err, &unknown) || unknown.Index != want || !errors.Is(err, errs.NotFound) {
			t.Errorf("%v: %v", ids, err)
		}
	}
	if _, err := s.Load(t.Context(), other, []string{first}); !errors.Is(err, errs.NotFound) {
		t.Errorf("another tenant's policy: %v", err)
	}
	if none, err := s.Load(t.Context(), own, nil); err != nil || len(none) != 0 {
		t.Errorf("of none: %v, %v", none, err)
	}
}

func TestTheStateOfATenantWithoutPolicies(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	got, err := policystore.New(sys.Env().Table(table.Policies)).State(t.Context(), sys.Tenant(t).Scope(t))
	if err != nil || !reflect.DeepEqual(got, policystore.State{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPackedDefinitionsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := policy.Definition{
			Name:        rapid.StringN(1, 20, 80).Draw(rt, "name"),
			Description: rapid.StringN(0, 50, 200).Draw(rt, "description"),
			Extends:     rapid.SliceOfN(rapid.SampledFrom([]string{"hipaa", "gdpr"}), 1, 2).Draw(rt, "extends"),
			Thresholds:  map[string]float64{"US_SSN": rapid.Float64Range(0, 1).Draw(rt, "threshold")},
		}
		r := policystore.Row{ID: "p"}
		if err := r.Keep(d); err != nil {
			rt.Fatal(err)
		}
		got, err := r.Policy(policystore.State{Active: []string{"p"}})
		if err != nil || !reflect.DeepEqual(got.Definition, d) || got.Status != policy.Active {
			rt.Fatalf("%+v came back as %+v, %v", d, got, err)
		}
	})
}

func TestADamagedRow(t *testing.T) {
	t.Parallel()
	for _, body := range [][]byte{nil, []byte("plain"), row(t, first, 1, "x").Body[:20]} {
		if _, err := (&policystore.Row{ID: first, Body: body}).Policy(policystore.State{}); err == nil {
			t.Errorf("%d bytes decode", len(body))
		}
	}
}

// words are n terms that hardly compress.
func words(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.FormatUint(r.Uint64()>>8, 36)
	}
	return out
}

func dictionary(name string, terms []string) policy.Definition {
	return policy.Definition{
		Name: name, Extends: []string{"gdpr"}, Rules: []policy.Rule{{ID: "r1"}, {ID: "r2"}},
		Patterns: []policy.Pattern{{CustomPattern: detect.CustomPattern{Name: "CODES", Terms: terms}}},
	}
}

// TestALongDefinitionLiesInParts keeps two versions of a policy that fits no item, and reads each of them back.
func TestALongDefinitionLiesInParts(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	own, other := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	tbl := sys.Env().Table(table.Policies)
	s := policystore.New(tbl)
	terms := words(100_000)
	var kept []policy.Definition
	for version, d := range []policy.Definition{dictionary("long", terms), dictionary("longer", append(terms[1:], "new"))} {
		r := policystore.Row{ID: first, Version: version + 1}
		if err := r.Keep(d); err != nil {
			t.Fatal(err)
		}
		if r.Parts < 2 || len(r.Body) > 1024 {
			t.Fatalf("%d parts beside %d bytes", r.Parts, len(r.Body))
		}
		if err := table.Transact(t.Context(), r.Ops(tbl, own)...); err != nil {
			t.Fatal(err)
		}
		kept = append(kept, d)
	}
	got, err := s.Load(t.Context(), own, []string{first})
	if err != nil || got[0].Version != 2 || !reflect.DeepEqual(got[0].Definition, kept[1]) {
		t.Fatalf("loaded version %d, %v", got[0].Version, err)
	}
	rows, _, err := s.Versions(t.Context(), own, first, "", 10)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d versions, %v", len(rows), err)
	}
	if _, err := rows[1].Policy(policystore.State{}); err == nil {
		t.Error("a row without its parts passes for the policy")
	}
	if p, err := rows[1].Head(policystore.State{}); err != nil || p.Name != "long" || len(p.Rules) != 2 || len(p.Patterns) != 0 || p.Extends[0] != "gdpr" {
		t.Errorf("head %+v, %v", p, err)
	}
	if err := s.Complete(t.Context(), own, &rows[1]); err != nil {
		t.Fatal(err)
	}
	if p, err := rows[1].Policy(policystore.State{}); err != nil || !reflect.DeepEqual(p.Definition, kept[0]) {
		t.Errorf("the first version has changed: %v", err)
	}
	if rows[0].Same(&rows[1]) || !rows[1].Same(&rows[1]) {
		t.Error("Same does not tell versions apart")
	}
	if err := s.Complete(t.Context(), other, &rows[0]); !errors.Is(err, errs.NotFound) {
		t.Errorf("another tenant's parts: %v", err)
	}
	if err := tbl.Put(t.Context(), own, table.PolicyPartKey(first, 2, 1), map[string][]byte{"body": []byte("other")}, table.Always()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), own, []string{first}); err == nil {
		t.Error("a changed part goes unnoticed")
	}
}

func TestTooLongADefinition(t *testing.T) {
	t.Parallel()
	var r policystore.Row
	if err := r.Keep(dictionary("x", words(300_000))); !errors.Is(err, errs.InvalidRequest) {
		t.Errorf("kept, or %v", err)
	}
}

func TestStateFollowsAModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var s policystore.State
		model := map[string]bool{}
		steps := rapid.IntRange(0, 30).Draw(rt, "steps")
		for range steps {
			before := slices.Clone(s.Active)
			id, active := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "id"), rapid.Bool().Draw(rt, "active")
			next := s.With(id, active)
			if !slices.Equal(before, s.Active) {
				rt.Fatal("a change altered the state it was made from")
			}
			s, model[id] = next, active
		}
		for _, id := range []string{"a", "b", "c"} {
			if (s.Status(id) == policy.Active) != model[id] {
				rt.Fatalf("%s is %s, want active %v", id, s.Status(id), model[id])
			}
		}
		if s.Version != int64(steps) || len(s.Active) > 3 {
			rt.Fatalf("after %d steps %+v", steps, s)
		}
	})
}
