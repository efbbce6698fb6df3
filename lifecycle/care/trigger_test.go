package care_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/care"
)

func watchConfig() care.WatchConfig {
	return care.WatchConfig{Subjects: 3, Triggers: []care.Trigger{
		{ID: "hesitates", Kind: care.Repeated, Of: "view", Unless: []string{"buy"}, Count: 3, Within: span("P7D")},
		{ID: "misses", Kind: care.Streak, Of: "promotion_missed", Unless: []string{"promotion_taken"}, Count: 2},
	}}
}

func TestTriggers(t *testing.T) {
	e := must(care.NewWatcher(watchConfig()))
	var w care.Watch
	see := func(day int, kind, subject string) (out []care.Firing) {
		t.Helper()
		var err error
		if w, out, err = e.Observe(w, care.Behaviour{Kind: kind, Subject: subject, At: at("2025-03-01 00:00").AddDate(0, 0, day)}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	see(0, "view", "sofa")
	see(1, "view", "lamp")
	see(2, "view", "sofa")
	if fired := see(7, "view", "sofa"); len(fired) != 0 { // the first was 7 days ago
		t.Error(fired)
	}
	fired := see(8, "view", "sofa")
	if len(fired) != 1 || fired[0].Trigger != "hesitates" || len(fired[0].Evidence) != 3 || !fired[0].Evidence[0].At.Equal(at("2025-03-03 00:00")) {
		t.Errorf("%+v", fired)
	}
	see(8, "view", "sofa")
	see(8, "view", "sofa")
	see(8, "buy", "sofa")
	if fired := see(8, "view", "sofa"); len(fired) != 0 {
		t.Error("bought", fired)
	}
	see(9, "promotion_missed", "spring")
	see(9, "promotion_missed", "spring") // the same one is missed once
	see(9, "promotion_taken", "easter")
	see(10, "promotion_missed", "may")
	if fired := see(40, "promotion_missed", "june"); len(fired) != 1 || fired[0].Evidence[0].Subject != "may" {
		t.Error(fired)
	}
	if _, _, err := e.Observe(w, care.Behaviour{Kind: "view", Subject: "x", At: at("2025-03-01 00:00")}); !errors.Is(err, care.ErrBackwards) {
		t.Error(err)
	}
	if _, _, err := e.Observe(w, care.Behaviour{Kind: "view", Subject: "x"}); !errors.Is(err, care.ErrTime) {
		t.Error(err)
	}
	if _, _, err := e.Observe(w, care.Behaviour{Kind: "view", At: at("2026-03-01 00:00")}); !errors.Is(err, care.ErrID) {
		t.Error(err)
	}
}

// Memory is bounded, whatever comes, and every firing has its evidence.
func TestWatchBounded(t *testing.T) {
	e := must(care.NewWatcher(watchConfig()))
	r := rand.New(rand.NewPCG(5, 5))
	var w care.Watch
	now := at("2025-03-01 00:00")
	fired := 0
	for range 5000 {
		now = now.Add(time.Duration(r.Int64N(int64(12 * time.Hour))))
		b := care.Behaviour{Kind: []string{"view", "view", "view", "buy", "promotion_missed", "promotion_taken", "other"}[r.IntN(7)], Subject: fmt.Sprint("s", r.IntN(6)), At: now}
		next, out, err := e.Observe(w, b)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range out {
			want := 3
			if f.Trigger == "misses" {
				want = 2
			}
			if len(f.Evidence) != want || !f.At.Equal(now.Truncate(time.Microsecond)) {
				t.Fatalf("%+v", f)
			}
			fired++
		}
		if len(next.Counts["hesitates"]) > 3*2 || len(next.Counts["misses"]) > 1 {
			t.Fatalf("%+v", next)
		}
		data, _ := json.Marshal(next)
		var back care.Watch
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		w = back
	}
	if fired < 100 {
		t.Error(fired)
	}
}
