package migration_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

const tolerance = 1e-9 // relative

// chain is markov_clv.json: what R computes for the worked example of Pfeifer &
// Carraway. See the README beside it, and testdata/PROVENANCE.md.
type chain struct {
	ProducedBy string      `json:"produced_by"`
	States     []string    `json:"states"`
	Transition [][]float64 `json:"transition"`
	Reward     []float64   `json:"reward"`
	Discount   float64     `json:"discount_rate"`
	Notes      []string    `json:"notes"`
	Infinite   []float64   `json:"value_infinite"`
	Horizon    []struct {
		T     *int      `json:"T"`
		Value []float64 `json:"value"`
	} `json:"value_horizon"`
	FromFirst [][]float64 `json:"state_probability_from_first"`
	Policy    struct {
		Transition [][]float64 `json:"transition"`
		Reward     []float64   `json:"reward"`
		Infinite   []float64   `json:"value_infinite"`
	} `json:"policy_after_dropping_state4"`
}

func TestReference(t *testing.T) {
	for _, name := range []string{"../../../shared/data/survival/markov_clv.json", "testdata/reference_small.json"} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(name)
			if errors.Is(err, fs.ErrNotExist) && name[0] == '.' {
				t.Skip("no ../shared/data/survival/markov_clv.json: numbers quoted from it are in testdata/reference_small.json")
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var ref chain
			d := json.NewDecoder(f)
			d.DisallowUnknownFields() // a number that is not compared is a fault
			if err := d.Decode(&ref); err != nil {
				t.Fatal(err)
			}
			if len(ref.Infinite) == 0 || len(ref.Horizon) == 0 || len(ref.FromFirst) == 0 || len(ref.Policy.Infinite) == 0 {
				t.Fatal("a part of the reference is missing")
			}
			compare(t, &ref)
		})
	}
}

func compare(t *testing.T, ref *chain) {
	m, err := migration.NewMatrix(ref.States, ref.Transition)
	if err != nil {
		t.Fatal(err)
	}
	e := migration.Economics{Rewards: ref.Reward, Discount: ref.Discount}
	checked := 0
	same := func(what string, got, want float64) {
		t.Helper()
		checked++
		if diff := got - want; diff > tolerance*max(1, want, -want) || -diff > tolerance*max(1, want, -want) || got != got {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	values := func(what string, got migration.Values, want []float64) {
		t.Helper()
		if len(want) != len(ref.States) {
			t.Fatalf("%s: %d values", what, len(want))
		}
		for i, s := range ref.States {
			v, ok := got.Of(s)
			if !ok || v.SE != 0 {
				t.Errorf("%s of %s: %+v %v", what, s, v, ok)
			}
			same(what+" of "+s, v.Mean, want[i])
		}
	}
	values("value for ever", must(m.ValueForever(e)), ref.Infinite)
	for _, h := range ref.Horizon {
		values("value within", must(m.ValueWithin(*h.T, e)), h.Value)
	}
	for n, row := range ref.FromFirst {
		power := must(m.Power(n))
		for j, s := range ref.States {
			p, ok := power.P(ref.States[0], s)
			if !ok {
				t.Fatal("absent")
			}
			same("probability", p, row[j])
		}
	}
	policy := must(m.StopRule(e, "former"))
	if got := policy.Dropped(); len(got) != 1 || got[0] != "r4" {
		t.Errorf("dropped %q, want r4", got)
	}
	values("value under the rule", policy.After(), ref.Policy.Infinite)
	values("value before", policy.Before(), ref.Infinite)
	for i, row := range policy.Matrix().Rows() {
		for j, p := range row {
			same("transition under the rule", p, ref.Policy.Transition[i][j])
		}
		same("reward under the rule", policy.Economics().Rewards[i], ref.Policy.Reward[i])
	}
	t.Logf("%d numbers within %v", checked, tolerance)
}
