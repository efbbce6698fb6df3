package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
)

// shared finds a file of the shared data beside the repository.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "nps", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no ../shared/data/nps/%s: %v", name, err)
	}
	return path
}

// The score of a whole file is the one that R's NPS gives, and nothing of the
// file is lost.
func TestReference(t *testing.T) {
	data, err := os.ReadFile(shared(t, "ref_nps.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Files map[string]struct {
			Rows     int64   `json:"rows"`
			Answered int64   `json:"answered"`
			NPS      float64 `json:"nps"`
			SE       float64 `json:"se"`
		} `json:"files"`
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	want, ok := ref.Files["carpentries_training"]
	if !ok {
		t.Fatal("the reference does not have the file")
	}
	file := shared(t, "carpentries_training_2016_2018a.csv")
	args := []string{"-responses", file, "-score", "recommend_0_10", "-group", "event", "-time", "answered_at"}
	r := runJSON(t, args...)
	if r.Answers != want.Answered || r.Answers+r.Skipped != want.Rows || math.Abs(*r.Score-want.NPS) > 1e-9 {
		t.Errorf("%d answers, %d skipped, score %v; want %+v", r.Answers, r.Skipped, *r.Score, want)
	}
	// With so many answers Tango's interval is close to the Wald interval.
	if width := *r.Interval.High - *r.Interval.Low; math.Abs(width/(2*1.959964*want.SE)-1) > 0.02 {
		t.Errorf("interval %v to %v, standard error %v", *r.Interval.Low, *r.Interval.High, want.SE)
	}
	answered := lo.CountBy(r.Groups, func(g jsonGroup) bool { return g.Answers > 0 })
	if len(r.Comparisons) != answered*(answered-1)/2 || lo.SumBy(r.Groups, func(g jsonGroup) int64 { return g.Answers }) != r.Answers {
		t.Errorf("%d groups, %d with answers, %d comparisons", len(r.Groups), answered, len(r.Comparisons))
	}
	if code, stdout, stderr := surveyed(args...); code != 0 || stderr != "" || len(stdout) < 1000 {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// The exercise's own answer: 8 promoters, 22 detractors, −35.9.
func TestExercise(t *testing.T) {
	r := runJSON(t, "-responses", shared(t, "sudzilla_39.csv"), "-score", "score_0_10", "-time", "answered_at", "-text", "why")
	if r.Answers != 39 || r.Promoters != 8 || r.Detractors != 22 || math.Abs(*r.Score+14.0/39) > 1e-9 {
		t.Errorf("%+v", r)
	}
}
