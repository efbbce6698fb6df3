package migration_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

func TestBadConfig(t *testing.T) {
	good := migration.Config{Stages: ids(2), Since: day(2025, 1, 1), Until: day(2026, 1, 1)}
	for name, bad := range map[string]struct {
		change   func(c *migration.Config)
		sentinel error
		pointers []string
	}{
		"no stages":       {func(c *migration.Config) { c.Stages = nil }, migration.ErrStage, []string{"/stages"}},
		"too many":        {func(c *migration.Config) { c.Stages = ids(257) }, migration.ErrStage, []string{"/stages"}},
		"bad ids":         {func(c *migration.Config) { c.Stages = []string{"a", "", "a", "\xff"} }, migration.ErrStage, []string{"/stages/1", "/stages/2", "/stages/3"}},
		"no such period":  {func(c *migration.Config) { c.Period = "fortnight" }, migration.ErrOption, []string{"/period"}},
		"no times":        {func(c *migration.Config) { c.Since, c.Until = time.Time{}, day(10000, 1, 1) }, migration.ErrTime, []string{"/since", "/until"}},
		"no period":       {func(c *migration.Config) { c.Until = day(2025, 1, 31) }, migration.ErrNoPeriod, []string{"/until"}},
		"backwards":       {func(c *migration.Config) { c.Until = day(2020, 1, 31) }, migration.ErrNoPeriod, []string{"/until"}},
		"too long":        {func(c *migration.Config) { c.Since, c.Period = day(1900, 1, 1), migration.Week }, migration.ErrTooLarge, []string{"/until"}},
		"too many cells":  {func(c *migration.Config) { c.Since, c.Stages = day(1900, 1, 1), ids(256) }, migration.ErrTooLarge, []string{"/stages"}},
		"zone of nowhere": {func(c *migration.Config) { c.Location = time.Local }, migration.ErrOption, []string{"/location"}},
		"odd zone":        {func(c *migration.Config) { c.Location = time.FixedZone("odd", 90_000) }, migration.ErrOption, []string{"/location"}},
		"all at once": {func(c *migration.Config) { *c = migration.Config{Period: "x", Location: time.FixedZone("odd", 90_000)} },
			migration.ErrOption, []string{"/stages", "/location", "/period", "/since", "/until"}},
	} {
		c := good
		bad.change(&c)
		wantFaults(t, name, c.Validate(), bad.sentinel, bad.pointers...)
		if _, err := migration.NewCounts(c); !errors.Is(err, bad.sentinel) {
			t.Errorf("%s: NewCounts: %v", name, err)
		}
	}
}

func TestBadFunnelConfig(t *testing.T) {
	for name, bad := range map[string]struct {
		cfg      migration.FunnelConfig
		sentinel error
		pointers []string
	}{
		"one step":   {migration.FunnelConfig{Steps: steps(1)}, migration.ErrStep, []string{"/steps"}},
		"too many":   {migration.FunnelConfig{Steps: steps(33)}, migration.ErrStep, []string{"/steps"}},
		"twice":      {migration.FunnelConfig{Steps: append(steps(2), steps(2)...)}, migration.ErrStep, []string{"/steps/2", "/steps/3"}},
		"order":      {migration.FunnelConfig{Steps: steps(2), Order: "any"}, migration.ErrOption, []string{"/order"}},
		"window":     {migration.FunnelConfig{Steps: steps(2), Window: guanxi.Span{Days: -1}}, guanxi.ErrSpan, []string{"/window"}},
		"nanosecond": {migration.FunnelConfig{Steps: steps(2), Window: guanxi.Span{Time: 1}}, migration.ErrOption, []string{"/window"}},
		"confidence": {migration.FunnelConfig{Steps: steps(2), Confidence: 1}, migration.ErrConfidence, []string{"/confidence"}},
		"zone":       {migration.FunnelConfig{Steps: steps(2), Location: time.Local}, migration.ErrOption, []string{"/location"}},
	} {
		wantFaults(t, name, bad.cfg.Validate(), bad.sentinel, bad.pointers...)
		if _, err := migration.NewFunnel(bad.cfg); !errors.Is(err, bad.sentinel) {
			t.Errorf("%s: NewFunnel: %v", name, err)
		}
	}
}

func TestBadMatrix(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, bad := range map[string]struct {
		rows     [][]float64
		sentinel error
		pointers []string
	}{
		"sum":       {[][]float64{{0.5, 0.4}, {0.3, 0.700001}}, migration.ErrRowSum, []string{"/rows/0", "/rows/1"}},
		"negative":  {[][]float64{{1.5, -0.5}, {0, 1}}, migration.ErrProbability, []string{"/rows/0/0", "/rows/0/1"}},
		"no number": {[][]float64{{nan, inf}, {0, 1}}, migration.ErrProbability, []string{"/rows/0/0", "/rows/0/1"}},
		"ragged":    {[][]float64{{1}, {0, 1, 0}}, migration.ErrShape, []string{"/rows/0", "/rows/1"}},
		"short":     {[][]float64{{1, 0}}, migration.ErrShape, []string{"/rows"}},
		"all":       {[][]float64{{1}, {nan, 1}, nil}, migration.ErrShape, []string{"/rows", "/rows/0", "/rows/1/0"}},
	} {
		_, err := migration.NewMatrix(ids(2), bad.rows)
		wantFaults(t, name, err, bad.sentinel, bad.pointers...)
	}
	_, err := migration.NewMatrix([]string{"a", "a"}, [][]float64{{1, 0}, {0, 1}})
	wantFaults(t, "stages", err, migration.ErrStage, "/stages/1")
	_, err = migration.NewTable([]string{"a", ""}, [][]int64{{1, -1}, {1}, nil})
	wantFaults(t, "table", err, migration.ErrCount, "/stages/1", "/counts", "/counts/0/1", "/counts/1", "/counts/2")
}

func TestBadQuestions(t *testing.T) {
	m := must(migration.NewMatrix(ids(2), [][]float64{{0.5, 0.5}, {0, 1}}))
	table := must(migration.NewTable(ids(2), [][]int64{{5, 5}, {0, 1}}))
	nan, inf := math.NaN(), math.Inf(1)
	last := func(_ any, err error) error { return err }
	for _, c := range []struct {
		name     string
		err      error
		sentinel error
		pointers []string
	}{
		{"rewards", last(m.ValueForever(migration.Economics{Rewards: []float64{nan, -inf}, Discount: nan})), migration.ErrValue, []string{"/rewards/0", "/rewards/1", "/discount"}},
		{"too large", last(m.ValueWithin(3, migration.Economics{Rewards: []float64{0, 2e100}})), migration.ErrValue, []string{"/rewards/1"}},
		{"shape", last(m.ValueForever(migration.Economics{Discount: 0.1})), migration.ErrShape, []string{"/rewards"}},
		{"discount", last(m.ValueForever(migration.Economics{Rewards: []float64{1, 0}, Discount: -0.1})), migration.ErrDiscount, []string{"/discount"}},
		{"tiny discount", last(m.ValueForever(migration.Economics{Rewards: []float64{1, 0}, Discount: 1e-12})), migration.ErrDiscount, []string{"/discount"}},
		{"infinite discount", last(m.ValueWithin(1, migration.Economics{Rewards: []float64{1, 0}, Discount: inf})), migration.ErrDiscount, []string{"/discount"}},
		{"horizon", last(m.ValueWithin(-1, migration.Economics{Rewards: []float64{1, 0}})), migration.ErrOption, []string{"/periods"}},
		{"diverges", last(m.ValueForever(migration.Economics{Rewards: []float64{1, 1}})), migration.ErrDiverges, []string{"/rewards/1"}},
		{"rule", last(m.StopRule(migration.Economics{Rewards: []float64{1, 0}}, "gone")), migration.ErrDiscount, []string{"/discount", "/lost"}},
		{"lost", last(m.StopRule(migration.Economics{Rewards: []float64{1, 0}, Discount: 0.1}, "gone")), migration.ErrStage, []string{"/lost"}},
		{"no target", last(m.Passage()), migration.ErrStage, []string{"/targets"}},
		{"target", last(m.Passage("s0", "gone")), migration.ErrStage, []string{"/targets/1"}},
		{"power", last(m.Power(1201)), migration.ErrOption, []string{"/steps"}},
		{"forecast", last(m.Forecast(migration.ForecastConfig{Start: []int64{-1}, Arrivals: []float64{nan}, Periods: 0, Confidence: 2})), migration.ErrCount,
			[]string{"/start/0", "/arrivals/0", "/periods", "/confidence", "/start", "/arrivals"}},
		{"prior", last(table.Estimate(migration.EstimateConfig{PerCell: -1})), migration.ErrPrior, []string{"/per_cell"}},
		{"both priors", last(table.Estimate(migration.EstimateConfig{PerCell: 1, Cells: [][]float64{{1, nan}, nil}})), migration.ErrPrior, []string{"/cells/0/1", "/cells"}},
		{"prior's shape", last(table.Estimate(migration.EstimateConfig{Cells: [][]float64{{1}}})), migration.ErrShape, []string{"/cells", "/cells/0"}},
		{"no prior", last(table.Estimate(migration.EstimateConfig{Interval: migration.Beta})), migration.ErrPrior, []string{"/interval"}},
		{"method", last(table.Estimate(migration.EstimateConfig{Interval: "wald", Confidence: 1})), migration.ErrOption, []string{"/interval", "/confidence"}},
		{"confidence", last(table.Estimate(migration.EstimateConfig{Confidence: nan})), migration.ErrConfidence, []string{"/confidence"}},
	} {
		wantFaults(t, c.name, c.err, c.sentinel, c.pointers...)
	}
	if _, ok := table.Count("s0", "gone"); ok {
		t.Error("a count of no stage")
	}
	p := must(m.Passage("s1"))
	if _, ok := p.Ever("gone"); ok {
		t.Error("a chance of no stage")
	}
	if _, ok := p.Periods("gone"); ok {
		t.Error("a time of no stage")
	}
	if _, ok := p.Visits("s0", "gone"); ok {
		t.Error("visits of no stage")
	}
	if _, ok := must(m.ValueForever(migration.Economics{Rewards: []float64{1, 0}, Discount: 1})).Of("gone"); ok {
		t.Error("a value of no stage")
	}
}

// Every config comes back from its JSON, and faults are found all at once.
func TestJSON(t *testing.T) {
	round := func(in, out any) string {
		t.Helper()
		a := must(json.Marshal(in))
		if err := json.Unmarshal(a, out); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		if b := must(json.Marshal(out)); string(a) != string(b) {
			t.Errorf("%s came back as %s", a, b)
		}
		return string(a)
	}
	round(migration.Config{Stages: ids(2), Period: migration.Week, Since: day(2025, 1, 1), Until: day(2026, 1, 1), Location: time.FixedZone("", -3600)}, new(migration.Config))
	round(migration.Config{Stages: ids(2), Since: day(2025, 1, 1), Until: day(2026, 1, 1), Location: zoneOf(t, "Asia/Shanghai")}, new(migration.Config))
	round(migration.FunnelConfig{Steps: []migration.FunnelStep{{"view", guanxi.Text{EN: "Viewed", ZH: "浏览"}}, {ID: "buy"}}, Order: migration.Strict, Window: guanxi.Span{Days: 7}, Location: time.UTC, Confidence: 0.9}, new(migration.FunnelConfig))
	round(migration.EstimateConfig{Cells: [][]float64{{1, 2}, nil}, Interval: migration.Beta}, new(migration.EstimateConfig))
	round(migration.Economics{Rewards: []float64{1, -2}, Discount: 0.2}, new(migration.Economics))
	round(migration.ForecastConfig{Start: []int64{1, 2}, Periods: 3, Arrivals: []float64{1, 0}, Confidence: 0.8}, new(migration.ForecastConfig))
	table := must(migration.NewTable(ids(3), [][]int64{{5, 5, 0}, {0, 0, 0}, {1, 1, 1}}))
	m := must(table.Estimate(migration.EstimateConfig{PerCell: 1})).Matrix()
	var again migration.Matrix
	round(m, &again)
	a, b := must(m.ValueWithin(0, migration.Economics{Rewards: []float64{1, 2, 3}})), must(again.ValueWithin(0, migration.Economics{Rewards: []float64{1, 2, 3}}))
	for i := range a.All() {
		if v, ok := b.Of(i.Stage); !ok || v != i {
			t.Error(v)
		}
	}
	round(must(migration.NewMatrix(ids(2), [][]float64{nil, {0, 1}})), new(migration.Matrix))
	for _, bad := range []struct {
		into     any
		text     string
		sentinel error
		pointers []string
	}{
		{new(migration.Config), `{"stages":["a"],"periode":"week","since":"2025-01-01T00:00:00Z","until":"2026"}`, guanxi.ErrUnknownField, []string{"/periode", "/until"}},
		{new(migration.Config), `{"stages":[],"since":"2025-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}`, migration.ErrStage, []string{"/stages"}},
		{new(migration.Config), `{"stages":["a"],"location":"Mars","since":"2025-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}`, migration.ErrOption, []string{"/location"}},
		{new(migration.FunnelConfig), `{"steps":[{"id":"a","nom":1},{"id":"b"}],"window":"7d"}`, guanxi.ErrSpan, []string{"/steps/0/nom", "/window"}},
		{new(migration.FunnelConfig), `{"steps":[{"id":"a"},{"id":"a"}]}`, migration.ErrStep, []string{"/steps/1"}},
		{new(migration.EstimateConfig), `{"per_cell":-1,"interval":"x"}`, migration.ErrPrior, []string{"/per_cell", "/interval"}},
		{new(migration.EstimateConfig), `{"percell":1}`, guanxi.ErrUnknownField, []string{"/percell"}},
		{new(migration.Economics), `{"rewards":[1],"discount":-1}`, migration.ErrDiscount, []string{"/discount"}},
		{new(migration.Economics), `{"rewards":[1],"rate":1}`, guanxi.ErrUnknownField, []string{"/rate"}},
		{new(migration.ForecastConfig), `{"start":[-1],"periods":0}`, migration.ErrOption, []string{"/start/0", "/periods"}},
		{new(migration.ForecastConfig), `{"begin":[1]}`, guanxi.ErrUnknownField, []string{"/begin"}},
		{new(migration.Matrix), `{"stages":["a","b"],"rows":[[0.5,0.6],null],"sizes":[0,1]}`, migration.ErrRowSum, []string{"/rows/0", "/sizes/0"}},
		{new(migration.Matrix), `{"stages":["a","b"],"rows":[[1,0],null],"sizes":[1]}`, migration.ErrShape, []string{"/sizes"}},
		{new(migration.Matrix), `{"stages":["a"],"rows":[[1]],"x":0}`, guanxi.ErrUnknownField, []string{"/x"}},
	} {
		wantFaults(t, bad.text, json.Unmarshal([]byte(bad.text), bad.into), bad.sentinel, bad.pointers...)
	}
	if _, err := json.Marshal(migration.Config{Location: time.Local}); err == nil {
		t.Error("a zone that is another one on another machine was written")
	}
}
