package main

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

// maxCohorts is how many months of first orders the triangle has.
const maxCohorts = 24

// findCohorts is who ordered again how many months after the first order.
func findCohorts(b *book, o options) (*wholeCohorts, error) {
	months := 1
	last := startOfMonth(b.asOf.Add(-1), o.loc)
	from := last
	for first := startOfMonth(b.log.first, o.loc); months < maxCohorts && first.Before(from); months++ {
		from = startOfMonth(from.AddDate(0, 0, -1), o.loc)
	}
	c, err := retention.NewCohorts(guanxi.IntKey[int](), retention.Config{
		Unit: retention.Month, From: from, Periods: months, Location: o.loc,
	})
	if err != nil {
		return nil, err
	}
	var batch retention.Batch[int]
	for n, i := range b.buyers {
		for o := range b.shoppers[i].counting {
			batch.Customer, batch.At = append(batch.Customer, i+1), append(batch.At, o.at)
		}
		if len(batch.At) >= batchRows || n == len(b.buyers)-1 {
			if err := c.AddBatch(batch); err != nil {
				return nil, err
			}
			batch.Customer, batch.At = batch.Customer[:0], batch.At[:0]
		}
	}
	table, err := c.Table(b.asOf)
	if err != nil {
		return nil, err
	}
	r := &wholeCohorts{Earlier: table.Earlier}
	for _, row := range table.Rows {
		cells, err := cohortCells(row.Cells)
		if err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, wholeCohort{Month: row.From.In(o.loc).Format("2006-01"), Customers: row.Customers, Cells: cells})
	}
	r.Overall, err = cohortCells(table.Overall)
	return r, err
}

func cohortCells(cells []retention.Cell) ([]wholeCohortCell, error) {
	out := []wholeCohortCell{}
	for age, cell := range cells {
		if cell.State == retention.NotBegun {
			break
		}
		c := wholeCohortCell{Age: age, N: cell.SoFar}
		if rate, ok := cell.Rate(); ok {
			e, err := cell.Estimate(confidence)
			if err != nil {
				return nil, err
			}
			c.Share, c.Low, c.High = &rate, &e.Low, &e.High
		}
		out = append(out, c)
	}
	return out, nil
}
