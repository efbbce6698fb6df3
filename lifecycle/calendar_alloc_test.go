//go:build !race

package lifecycle_test

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

func TestCalendarAllocations(t *testing.T) {
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin"} {
		cfg := china2025()
		cfg.Zone = name
		c := lifecycle.MustCalendar(cfg)
		start := time.Date(2025, 9, 30, 9, 0, 0, 0, time.UTC)
		if n := testing.AllocsPerRun(100, func() {
			end, _ := c.Deadline(start, 48*time.Hour)
			_, _ = c.Elapsed(start, end)
			_, _ = c.Opening(end)
			us, _ := c.DeadlineMicros(start.UnixMicro(), time.Hour)
			_, _ = c.ElapsedMicros(0, us)
			c.Working(end)
		}); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}
