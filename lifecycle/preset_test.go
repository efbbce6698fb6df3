package lifecycle_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// presets are the ready models.
func presets() map[string]lifecycle.Config {
	return map[string]lifecycle.Config{
		"shop":         lifecycle.Shop(lifecycle.Thresholds{}),
		"shop, travel": lifecycle.Shop(lifecycle.TravelThresholds()),
		"journey":      lifecycle.Journey(lifecycle.GymThresholds()),
		"development":  lifecycle.Development(lifecycle.Thresholds{}),
		"relationship": lifecycle.Relationship(),
	}
}

func TestPresets(t *testing.T) {
	for name, c := range presets() {
		t.Run(name, func(t *testing.T) {
			if err := c.Validate(); err != nil {
				t.Fatal(err)
			}
			inner := make(map[string]bool)
			for _, s := range c.Stages {
				inner[s.In] = true
			}
			for _, s := range c.Stages {
				if s.Name.EN == "" || s.Name.ZH == "" {
					t.Errorf("%s has no name in both languages", s.ID)
				}
				if !inner[s.ID] && (s.Response.EN == "" || s.Response.ZH == "") {
					t.Errorf("%s has no response in both languages", s.ID)
				}
			}
			for _, e := range c.Events {
				if e.Name.EN == "" || e.Name.ZH == "" {
					t.Errorf("%s has no name in both languages", e.ID)
				}
			}
			data, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			var back lifecycle.Config
			if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, c) {
				t.Errorf("read back: %v\n%+v\n%+v", err, back, c)
			}
		})
	}
}
