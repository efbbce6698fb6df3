package retention_test

import (
	"encoding/json"
	"errors"
	"iter"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

func pointers(err error) (out []string) {
	for f := range guanxi.Faults(err) {
		out = append(out, f.Pointer)
	}
	return out
}

func TestBadConfig(t *testing.T) {
	good := retention.Config{Unit: retention.Day, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Periods: 3}
	for name, c := range map[string]struct {
		change func(*retention.Config)
		want   []string
	}{
		"nothing":     {func(c *retention.Config) { *c = retention.Config{} }, []string{"/unit", "/from", "/periods"}},
		"enums":       {func(c *retention.Config) { c.Window, c.Rule, c.Birth = "x", "y", "z" }, []string{"/window", "/birth", "/rule"}},
		"calendar":    {func(c *retention.Config) { c.Days, c.Columns = 1, 1 }, []string{"/days", "/columns"}},
		"rolling":     {func(c *retention.Config) { c.Window, c.Columns = retention.Rolling, -1 }, []string{"/days", "/columns"}},
		"no brackets": {func(c *retention.Config) { c.Edges = []int{1} }, []string{"/edges"}},
		"few edges":   {func(c *retention.Config) { c.Rule, c.Edges = retention.Bracket, []int{1} }, []string{"/edges"}},
		"edges":       {func(c *retention.Config) { c.Rule, c.Edges = retention.Bracket, []int{-1, 2, 2, 4} }, []string{"/edges/0", "/edges/2", "/edges/3"}},
		"the year 10000": {func(c *retention.Config) {
			c.Unit, c.Periods = retention.Year, 1500
			c.From = c.From.AddDate(7000, 0, 0)
		}, []string{"/periods"}},
		"the year 0":     {func(c *retention.Config) { c.From = time.Time{}.AddDate(-1, 0, 0) }, []string{"/from"}},
		"too many":       {func(c *retention.Config) { c.Periods = 4001 }, []string{"/periods"}},
		"too many cells": {func(c *retention.Config) { c.Periods = 3000 }, []string{"/periods"}},
		"local":          {func(c *retention.Config) { c.Location = time.Local }, []string{"/location"}},
	} {
		cfg := good
		c.change(&cfg)
		if name == "local" {
			if n := time.Local.String(); n != "Local" {
				continue
			}
			if from, to := time.Unix(0, 0).ZoneBounds(); from.IsZero() && to.IsZero() {
				continue // a zone of one offset has a name
			}
		}
		err := cfg.Validate()
		if got := pointers(err); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := retention.NewCohorts(guanxi.IntKey[int64](), cfg); err == nil {
			t.Errorf("%s makes an accumulator", name)
		}
	}
}

func TestConfigJSON(t *testing.T) {
	for name, cfg := range cases(t) {
		data, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(name, err)
		}
		var back retention.Config
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(name, err)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(data) {
			t.Errorf("%s: %s, then %s", name, data, again)
		}
	}
	var c retention.Config
	err := guanxi.UnmarshalStrict([]byte(`{"unit":"day","from":"2026-01-01T00:00:00Z","periods":2,"zone":"x","location":"Mars/Base"}`), &c)
	if !errors.Is(err, guanxi.ErrUnknownField) || !errors.Is(err, retention.ErrOption) || c.Periods != 0 {
		t.Error(err)
	}
	fixed := retention.Config{Unit: retention.Day, From: time.Unix(0, 0).UTC(), Periods: 2, Location: time.FixedZone("", 8*3600)}
	data, err := json.Marshal(fixed)
	if err != nil || c.UnmarshalJSON(data) != nil || c.Location.String() != "+08:00" {
		t.Errorf("%s %v %v", data, err, c.Location)
	}
	var b retention.BookConfig
	if err := json.Unmarshal([]byte(`{"decimals":2,"opening":"2026-01-01T00:00:00Z","closing":"2026-02-01T00:00:00Z","end":"2026-03-01T00:00:00Z"}`), &b); err != nil || b.Decimals != 2 {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{"decimals":2}`), &b); !errors.Is(err, retention.ErrTime) {
		t.Error(err)
	}
	var r retention.RepeatConfig
	if err := json.Unmarshal([]byte(`{"from":"2026-01-01T00:00:00Z","to":"2026-02-01T00:00:00Z","location":"Asia/Shanghai","again":"another_day"}`), &r); err != nil || r.Again != retention.AnotherDay {
		t.Error(err)
	}
	var g retention.Target
	if err := json.Unmarshal([]byte(`{"change":-0.02}`), &g); err != nil || g.Change != -0.02 {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{"change":-2}`), &g); !errors.Is(err, retention.ErrOption) || g.Change != -0.02 {
		t.Error(err)
	}
}

func TestBadRows(t *testing.T) {
	cfg := retention.Config{Unit: retention.Day, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Periods: 3}
	c := fill(t, cfg, nil)
	at := cfg.From.UnixMicro()
	err := c.AddBatch(retention.Batch[int64]{Customer: []int64{1, 0, 2, 3}, At: []int64{at, at, 1 << 62, at + 1}})
	var be *guanxi.BatchError
	if !errors.As(err, &be) || be.Refused != 2 || c.Len() != 2 || !reflect.DeepEqual(pointers(err), []string{"/1/customer", "/2/at"}) ||
		!errors.Is(err, retention.ErrCustomer) || !errors.Is(err, retention.ErrTime) {
		t.Error(err)
	}
	want := table(t, c, cfg.From.AddDate(0, 0, 2))
	if err := c.AddBatch(retention.Batch[int64]{At: []int64{1}}); !errors.Is(err, retention.ErrLength) {
		t.Error(err)
	}
	if err := c.Add(0, time.Time{}); !reflect.DeepEqual(pointers(err), []string{"/customer", "/at"}) {
		t.Error(err)
	}
	broken := errors.New("broken")
	seq := iter.Seq2[retention.Activity[int64], error](func(yield func(retention.Activity[int64], error) bool) {
		_ = yield(retention.Activity[int64]{Customer: 1, At: cfg.From}, nil) &&
			yield(retention.Activity[int64]{Customer: 1}, nil) && yield(retention.Activity[int64]{}, broken)
	})
	if err := c.AddSeq(seq); !errors.Is(err, broken) || !reflect.DeepEqual(pointers(err), []string{"/1/at", "/2"}) {
		t.Error(err)
	}
	many := retention.Batch[int64]{Customer: make([]int64, 5000), At: make([]int64, 5000)}
	if err := c.AddBatch(many); !errors.As(err, &be) || be.Refused != 5000 || len(be.Faults) != 1000 {
		t.Error(err)
	}
	if got := table(t, c, cfg.From.AddDate(0, 0, 2)); !reflect.DeepEqual(got, want) {
		t.Error("refused rows changed the table")
	}
	for _, asOf := range []time.Time{{}, cfg.From, time.UnixMicro(at + 1)} {
		_, err := c.Table(asOf)
		if got := pointers(err); !reflect.DeepEqual(got, []string{"/as_of"}) {
			t.Error(err)
		}
		if !asOf.IsZero() && !errors.Is(err, retention.ErrFuture) {
			t.Error(err)
		}
	}
	other := cfg
	other.Periods = 4
	if err := c.Merge(fill(t, other, nil)); !errors.Is(err, retention.ErrMismatch) {
		t.Error(err)
	}
	if err := c.Merge(c); !errors.Is(err, retention.ErrMismatch) {
		t.Error(err)
	}
	data, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(t, other, nil).UnmarshalBinary(data); !errors.Is(err, retention.ErrMismatch) {
		t.Error(err)
	}
	for n := range data {
		if err := c.UnmarshalBinary(data[:n]); !errors.Is(err, retention.ErrFormat) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if err := c.UnmarshalBinary(append(data, 0)); !errors.Is(err, retention.ErrFormat) {
		t.Error(err)
	}
	if got := table(t, c, cfg.From.AddDate(0, 0, 2)); !reflect.DeepEqual(got, want) {
		t.Error("refused bytes changed the table")
	}
}

func TestLabels(t *testing.T) {
	for _, l := range []interface{ Label(guanxi.Lang) string }{
		retention.Day, retention.Week, retention.Month, retention.Quarter, retention.Year,
		retention.Calendar, retention.Rolling, retention.Exact, retention.Bracket, retention.Unbounded,
		retention.FirstEver, retention.InWindow, retention.SecondOrder, retention.AnotherDay,
		retention.Finished, retention.InProgress, retention.Growing, retention.NotBegun,
		retention.Fell, retention.Rose, retention.Met, retention.Missed, retention.Unproven, retention.Undecided, retention.TooFew,
	} {
		en, zh := l.Label(guanxi.EN), l.Label(guanxi.ZH)
		if en == "" || zh == "" || en == zh {
			t.Errorf("%v is shown as %q and %q", l, en, zh)
		}
	}
}
