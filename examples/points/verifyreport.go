package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// showVerified asks whether all that a database keeps is right, and says what was asked and
// what it comes to.
func showVerified(ctx context.Context, db *database, o options, out io.Writer) error {
	d, what, err := keptDesk(ctx, db)
	if err != nil {
		return fmt.Errorf("%s: %w", db.name, err)
	}
	c := &check{}
	v, err := c.verify(ctx, db)
	if err != nil {
		return fmt.Errorf("%s: %w", db.name, err)
	}
	v.What = what
	sum, err := d.keptSum(what, c.last)
	if err != nil {
		return fmt.Errorf("%s: %w", db.name, err)
	}
	if o.json {
		return writeLine(out, verifiedSums{v, sum.At, sum.sums})
	}
	p := &report{desk: d, lang: o.lang}
	p.WriteString(p.in("VERIFIED", "核对无误") + "\n")
	t := &layout.Table{Align: "l"}
	for _, row := range []struct {
		en, zh string
		n      int
	}{
		{"accounts: each hash chain, and each row against its journal", "账户：哈希链及各行与流水一致", v.Accounts},
		{"entries", "流水", v.Entries},
		{"lots", "批次", v.Lots},
		{"receipts", "回执", v.Receipts},
		{"holds", "冻结单", v.Holds},
		{"counters that accounts share", "共享计数器", v.Counters},
		{"events that wait to be delivered", "待投递事件", v.Events},
		{"coupons", "优惠券", v.Coupons},
		{"steps that were carried out", "已执行步骤", v.Steps},
	} {
		t.Add(p.in(row.en, row.zh), layout.Thousands(row.n))
	}
	p.print(t)
	p.section("All accounts", "全体账户")
	p.say("%s, as of %s.", "%s，截至 %s。", what, sum.At.Format(time.RFC3339))
	p.kinds(sum)
	_, err = io.WriteString(out, p.String())
	return err
}

// verifiedSums is the shape of -verify -json.
type verifiedSums struct {
	Verified verified  `json:"verified"`
	At       time.Time `json:"at"`
	sums
}
