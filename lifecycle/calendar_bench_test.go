package lifecycle_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// Random starts, so that nothing is learned by heart; holidays of ten years.
func BenchmarkCalendar(b *testing.B) {
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin"} {
		cfg := lifecycle.CalendarConfig{Zone: name, Week: officeWeek()}
		for year := range 10 {
			for _, h := range china2025().Holidays {
				h.Date.Year += year
				cfg.Holidays = append(cfg.Holidays, h)
			}
		}
		c := lifecycle.MustCalendar(cfg)
		r := rand.New(rand.NewPCG(1, 1))
		const n = 1 << 12
		var starts, ends [n]time.Time
		var micros [n]int64
		var spans [n]time.Duration
		for i := range starts {
			micros[i] = 1735689600e6 + r.Int64N(10*365*86400e6)
			starts[i] = time.UnixMicro(micros[i]).UTC()
			spans[i] = time.Duration(r.Int64N(int64(200 * time.Hour)))
			ends[i], _ = c.Deadline(starts[i], spans[i])
		}
		b.Run("Deadline/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_, _ = c.Deadline(starts[i%n], spans[i%n])
				i++
			}
		})
		b.Run("DeadlineMicros/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_, _ = c.DeadlineMicros(micros[i%n], spans[i%n])
				i++
			}
		})
		b.Run("Elapsed/"+name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_, _ = c.Elapsed(starts[i%n], ends[i%n])
				i++
			}
		})
		b.Run("NewCalendar/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = lifecycle.NewCalendar(cfg)
			}
		})
	}
}
