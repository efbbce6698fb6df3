package main

import (
	"math"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// revenue is what the points mean for the books.
type revenue struct {
	breakage  *loyalty.Breakage
	report    *loyalty.RevenueReport
	proposals []loyalty.LedgerProposal
}

// assumed is the share of points that the shop expects to be redeemed before its own
// customers tell: it prices the points of sales, and stands in for vintages too young.
var assumed = loyalty.Rational{Num: 4, Den: 5}

// recognise shares the prices of the year's sales out over goods and points, estimates
// how many points will be redeemed, and proposes entries.
func recognise(y *year, t *loyalty.Triangle) (*revenue, error) {
	r, err := loyalty.NewRevenue(y.program.Decimals)
	if err != nil {
		return nil, err
	}
	sums, err := y.allocate(r)
	if err != nil {
		return nil, err
	}
	out := &revenue{}
	if out.breakage, err = t.Breakage(loyalty.BreakageConfig{AsOf: y.to}); err != nil {
		return nil, err
	}
	if err := r.AddTriangle(t, loyalty.MonthOf(y.to)); err != nil {
		return nil, err
	}
	if out.report, err = r.Report(estimates{out.breakage}); err != nil {
		return nil, err
	}
	sale, err := loyalty.ProposeSale(sums.price, sums.allocated, y.program.Decimals)
	if err != nil {
		return nil, err
	}
	refund, err := loyalty.ProposeRefund(sums.refunded, sums.taken, y.program.Decimals)
	if err != nil {
		return nil, err
	}
	recognition, err := loyalty.ProposeRecognition(out.report.Now, out.report.Breakage, y.program.Decimals)
	out.proposals = []loyalty.LedgerProposal{sale, refund, recognition}
	return out, err
}

// totals are sums of sales and refunds, and of what of them belongs to points.
type totals struct{ price, allocated, refunded, taken decimal.Decimal }

// allocate shares every price out, and takes the points' share of refunds back.
func (y *year) allocate(r *loyalty.Revenue) (sums totals, err error) {
	worth := y.values(nil)[0]
	shares := make([]decimal.Decimal, len(y.sales))
	for i, s := range y.sales {
		month := loyalty.MonthOf(s.at.In(y.location()))
		if s.of < 0 {
			alone, err := loyalty.StandAlone(s.points, worth, assumed, y.program.Decimals)
			if err != nil {
				return sums, err
			}
			parts, err := loyalty.AllocatePrice(s.price, []decimal.Decimal{s.price, alone}, y.program.Decimals)
			if err != nil {
				return sums, err
			}
			shares[i] = parts[1]
			sums.price, sums.allocated = sums.price.Add(s.price), sums.allocated.Add(shares[i])
		} else {
			sold := y.sales[s.of]
			month = loyalty.MonthOf(sold.at.In(y.location()))
			shares[i] = shares[s.of].Mul(s.price).Div(sold.price).Round(int32(y.program.Decimals))
			sums.refunded, sums.taken = sums.refunded.Sub(s.price), sums.taken.Sub(shares[i])
		}
		if err := r.Add(loyalty.Cohort{Kind: y.kind(), Vintage: month, Allocated: shares[i]}); err != nil {
			return sums, err
		}
	}
	return sums, nil
}

// estimates are those of the chain ladder; of vintages of which it knows nothing yet,
// what was assumed. Nothing was recognised before the year.
type estimates struct{ *loyalty.Breakage }

func (e estimates) Expected(_ loyalty.Kind, m loyalty.Month) (loyalty.Points, bool) {
	v, ok := e.Of(m)
	if !ok {
		return 0, false
	}
	if points, ok := v.Expected(); ok && points > 0 {
		return points, true
	}
	left := float64(v.Issued - v.Removed)
	return loyalty.Points(max(1, math.Round(left*float64(assumed.Num)/float64(assumed.Den)))), true
}

func (e estimates) Before(loyalty.Kind, loyalty.Month) loyalty.Recognised {
	return loyalty.Recognised{}
}
