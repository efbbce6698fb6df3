package simulate

import (
	"fmt"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// estimate is how much of a cohort will have been redeemed: told by the cohort alone.
type estimate struct {
	cohorts map[loyalty.Month]loyalty.Cohort
	share   loyalty.Points // in tenths of what is left
}

// Expected implements loyalty.Estimator.
func (e *estimate) Expected(_ loyalty.Kind, m loyalty.Month) (loyalty.Points, bool) {
	c, ok := e.cohorts[m]
	return c.Redeemed + left(&c)*e.share/10 + 1, ok
}

// Before implements loyalty.Estimator.
func (e *estimate) Before(loyalty.Kind, loyalty.Month) loyalty.Recognised {
	return loyalty.Recognised{}
}

// left is what is outstanding of a cohort.
func left(c *loyalty.Cohort) loyalty.Points { return c.Issued - c.Removed - c.Expired - c.Redeemed }

// revenue: what is recognised of points and what is deferred are what was allocated to them,
// and neither is below nothing.
func (w *World) revenue() error {
	ids, last := w.begun()
	until := loyalty.Instant(last + 1).Time()
	now := loyalty.MonthOf(until.In(w.rules.cal.loc))
	for _, k := range []loyalty.Kind{kindPoints, kindStars} {
		t, err := loyalty.NewTriangle(loyalty.TriangleConfig{Kind: k, Location: w.program.Location, Months: 1})
		if err != nil {
			return err
		}
		all, err := loyalty.NewRevenue(2)
		if err != nil {
			return err
		}
		for _, id := range ids {
			journal, err := w.host.Journal(id, 1)
			if err != nil {
				return err
			}
			if err := t.AddJournal(loyalty.Entries(journal), until); err != nil {
				return fmt.Errorf("triangle of %s: %w", id, err)
			}
		}
		if err := all.AddTriangle(t, now+1); err != nil {
			return fmt.Errorf("cohorts of %q: %w", k, err)
		}
		est := &estimate{map[loyalty.Month]loyalty.Cohort{}, loyalty.Points(w.probe>>33) % 11}
		sound, err := loyalty.NewRevenue(2)
		if err != nil {
			return err
		}
		redeemed, want := int64(0), w.stand(k, last)
		for _, c := range all.Cohorts() {
			redeemed += int64(c.Redeemed)
			if c.Issued-c.Removed < 0 || left(&c) < 0 || c.Issued > 1<<40 {
				continue // points of a partner, of which nobody here knows the sale
			}
			c.Allocated = money(int64(c.Issued) * 9 / 10)
			est.cohorts[c.Vintage] = c
			if err := sound.Add(c); err != nil {
				return fmt.Errorf("cohort %+v: %w", c, err)
			}
		}
		if redeemed != want.redeemed+want.donated {
			return fmt.Errorf("%d of %q are redeemed by cohorts, of the reference %d", redeemed, k, want.redeemed+want.donated)
		}
		report, err := sound.Report(est)
		if err != nil {
			return fmt.Errorf("revenue of %q: %w", k, err)
		}
		if err := recognised(report, est); err != nil {
			return fmt.Errorf("revenue of %q: %w", k, err)
		}
	}
	return nil
}

func recognised(report *loyalty.RevenueReport, est *estimate) error {
	sum := decimal.Zero
	for _, c := range report.Cohorts {
		all, whole := cents(c.Allocated), est.cohorts[c.Vintage]
		expected, _ := est.Expected("", c.Vintage)
		want := all
		if left(&whole) > 0 && c.Cohort.Redeemed < expected {
			want = (2*all*int64(c.Cohort.Redeemed) + int64(expected)) / (2 * int64(expected)) // half up
		}
		got, later := c.Total.Amount, c.Deferred
		if got.IsNegative() || later.IsNegative() || c.Total.Breakage.IsNegative() || !got.Add(later).Equal(c.Allocated) || cents(got) != want {
			return fmt.Errorf("%+v, the reference recognises %d of %d", c, want, all)
		}
		sum = sum.Add(got)
	}
	if !sum.Equal(report.Recognised) || !report.Recognised.Add(report.Deferred).Equal(report.Allocated) {
		return fmt.Errorf("%s and %s of %s", report.Recognised, report.Deferred, report.Allocated)
	}
	return nil
}
