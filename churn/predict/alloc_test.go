//go:build !race

package predict_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/churn/predict"
)

func TestNoAllocations(t *testing.T) {
	x, left := simulated(2000, 5, 1)
	m := must(predict.Learn(x, left, predict.FitConfig{})).Model
	scores := must(m.AppendLogOdds(nil, x))
	platt := must(predict.Calibrate(predict.Platt, scores, left))
	calibrated := m
	calibrated.Calibration = &platt
	iso := must(predict.Calibrate(predict.Isotonic, scores, left))
	dst := make([]float64, 0, 2000)
	var r predict.Ranking
	_ = r.Reset(scores, left)
	for name, f := range map[string]func(){
		"log-odds":   func() { _, _ = m.AppendLogOdds(dst, x) },
		"chances":    func() { _, _ = m.AppendChances(dst, x) },
		"calibrated": func() { _, _ = calibrated.AppendChances(dst, x) },
		"platt":      func() { _, _ = platt.AppendChances(dst, scores) },
		"isotonic":   func() { _, _ = iso.AppendChances(dst, scores) },
		"ranking":    func() { _ = r.Reset(scores, left) },
		"AUC":        func() { _, _ = r.DeLong(0.95); r.AUC(); r.AveragePrecision(); r.KS() },
		"top":        func() { _, _ = r.TopShare(0.1) },
	} {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}
