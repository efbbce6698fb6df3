package churn_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

// What no gaps could have made is refused, and what is read makes a standing that
// can be written.
func TestImpossibleCycle(t *testing.T) {
	seg := segment(t)
	r := must(churn.NewRhythm(churn.RhythmConfig{Quantile: 1 - 1e-12}))
	for _, c := range []struct {
		mean   float64
		m2     float32
		orders uint32
		fine   bool
	}{{3, 6e8, 2, false}, {3, 1, 2, false}, {3, 0, 2, true}, {3, 270, 3, true}, {3, 271, 3, false}, {10, 44 * 1000, 1001, true}, {3, 6e8, 1001, false}} {
		b := append(make([]byte, 0, 25), 1)
		b = binary.BigEndian.AppendUint64(b, uint64(date("2025-01-01").UnixMicro()))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(c.mean))
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(c.m2))
		b = binary.BigEndian.AppendUint32(b, c.orders)
		var cycle churn.Cycle
		if err := cycle.UnmarshalBinary(b); (err == nil) != c.fine || !c.fine && !errors.Is(err, churn.ErrFormat) {
			t.Errorf("%+v: %v", c, err)
		}
		if !c.fine {
			continue
		}
		s := must(r.Standing(cycle, seg, noon))
		if _, err := json.Marshal(s); err != nil || math.IsInf(s.Expected, 0) {
			t.Errorf("%+v: %+v %v", c, s, err)
		}
	}
	var s churn.Series
	b := append([]byte{1, 0, 0, 0, 1}, make([]byte, 16)...)
	binary.BigEndian.PutUint32(b[9:], math.Float32bits(1))
	if err := s.UnmarshalBinary(b); !errors.Is(err, churn.ErrFormat) {
		t.Error("one value has no spread", err)
	}
}

// Half a config has the other half that fits it, and a message says what to write.
func TestAlertConfigDefaults(t *testing.T) {
	a := must(churn.NewAlerts(churn.AlertConfig{Rule: "r", Enter: 0.3, Opens: churn.Confirm{N: 1, M: 1}, Closes: churn.Confirm{N: 1, M: 1}}))
	s, e, err := a.Step(churn.Alert{}, churn.Reading{Risk: 0.3}, noon)
	if err != nil || e != churn.Opened {
		t.Error(e, err)
	}
	if _, e, _ := a.Step(s, churn.Reading{Risk: 0.29}, noon.AddDate(0, 0, 1)); e != churn.Closed {
		t.Errorf("%q: it closes below enter", e)
	}
	for want, err := range map[string]error{
		"n is 3 and m is 0; n is 1 to m":       churn.AlertConfig{Rule: "r", Opens: churn.Confirm{N: 3}}.Validate(),
		"not an id of its own: it is missing":  churn.AlertConfig{}.Validate(),
		"/enter: not a value of this option: ": churn.AlertConfig{Rule: "r", Enter: -1}.Validate(),
		"2026-06-01T11:59:59.5Z": func() error {
			_, _, err := a.Step(s, churn.Reading{Risk: 0.1}, noon.Add(-time.Second/2))
			return err
		}(),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := (churn.RhythmConfig{Occasion: guanxi.Span{Time: time.Second}}).Validate(); err == nil || !strings.Contains(err.Error(), "PT1S is not in PT1M to P31D") {
		t.Error(err)
	}
	for _, e := range []churn.Effect{churn.NoEffect, churn.Opened, churn.Escalated, churn.Closed} {
		if en, zh := e.Label(guanxi.EN), e.Label(guanxi.ZH); en == "" || en == zh || en == string(e) {
			t.Errorf("%q: %s, %s", e, en, zh)
		}
	}
	if churn.Effect("x").Label(guanxi.EN) != "x" {
		t.Error("an unknown effect is as it is")
	}
}
