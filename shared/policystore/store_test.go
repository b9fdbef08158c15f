package policystore_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
)

const first, second = "pol_00000000000000000000000001", "pol_00000000000000000000000002"

func row(t *testing.T, id string, version int, name string) policystore.Row {
	t.Helper()
	body, err := policystore.Pack(policy.Definition{Name: name, Extends: []string{"gdpr"}})
	if err != nil {
		t.Fatal(err)
	}
	return policystore.Row{ID: id, Version: version, Body: body, CreatedAt: 1_700_000_000_123, UpdatedAt: 1_700_000_001_000, By: "key_x"}
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
		body, err := policystore.Pack(d)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := policystore.Row{ID: "p", Body: body}.Policy(policystore.State{Active: []string{"p"}})
		if err != nil || !reflect.DeepEqual(got.Definition, d) || got.Status != policy.Active {
			rt.Fatalf("%+v came back as %+v, %v", d, got, err)
		}
	})
}

func TestADamagedRow(t *testing.T) {
	t.Parallel()
	for _, body := range [][]byte{nil, []byte("plain"), row(t, first, 1, "x").Body[:20]} {
		if _, err := (policystore.Row{ID: first, Body: body}).Policy(policystore.State{}); err == nil {
			t.Errorf("%d bytes decode", len(body))
		}
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
