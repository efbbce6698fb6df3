package worth_test

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/worth"
)

func date(s string) time.Time { t, _ := time.Parse(time.DateOnly, s); return t }

// From entries to the three parts of a customer's value, and to key accounts.
func Example() {
	book, err := worth.NewLedger(guanxi.StringKey[string](), worth.LedgerConfig{Currency: "CNY", Decimals: 2})
	if err != nil {
		panic(err)
	}
	err = book.AddAll([]worth.Entry[string]{
		{Customer: "ann", At: date("2026-01-05"), Revenue: dec("1200.00"), Goods: dec("700.00"), Acquisition: dec("80.00")},
		{Customer: "ann", At: date("2026-02-11"), Revenue: dec("900.00"), Goods: dec("500.00"), Service: dec("20.00")},
		{Customer: "bo", At: date("2026-02-20"), Revenue: dec("300.00"), Goods: dec("180.00")},
		{Customer: "cai", At: date("2026-03-01"), Revenue: dec("50.00"), Goods: dec("35.00"), Service: dec("40.00")},
	})
	if err != nil {
		fmt.Println(err) // names the refused entries; the others are in
	}
	var rows []worth.Customer[string]
	for who, sum := range book.All() {
		rows = append(rows, worth.Customer[string]{Customer: who, Consumption: sum.Profit()})
	}
	rows[2].Score = dec("6") // cai: small today, a partner tomorrow

	cfg := worth.Config{Currency: "CNY", Decimals: 2,
		Decay: decs("0.3", "0.1"), // of what those spend whom the customer brought, and of those they brought
		Point: dec("25"),          // what a point of cooperation is worth
	}
	worths, err := worth.Appraise(guanxi.StringKey[string](), rows, []worth.Referral[string]{
		{Referrer: "cai", Referred: "bo"}, {Referrer: "bo", Referred: "ann"},
	}, cfg)
	if err != nil {
		panic(err)
	}
	tiers := worth.MustTiers(worth.TiersConfig{}) // A 80 %, B 95 %
	of, err := worths.Tiers(tiers, worth.Total)
	if err != nil {
		panic(err)
	}
	for i := range worths.Len() {
		v := worths.At(i)
		fmt.Println(worths.Key(i), v.Consumption, "+", v.WordOfMouth, "+", v.Cooperation, "=", v.Total, tiers.All()[of[i]].Label(guanxi.EN))
	}
	// Output:
	// ann 800 + 0 + 0 = 800 Key accounts
	// bo 120 + 240 + 0 = 360 Key accounts
	// cai -25 + 116 + 150 = 241 Regular accounts
}

// The contribution of every month, exactly.
func ExampleLedger_Periods() {
	book, _ := worth.NewLedger(guanxi.IntKey[int](), worth.LedgerConfig{Currency: "CNY", Decimals: 2})
	_ = book.Add(worth.Entry[int]{Customer: 7, At: date("2026-01-20"), Revenue: dec("99.90"), Goods: dec("60.00"), Acquisition: dec("50.00")})
	_ = book.Add(worth.Entry[int]{Customer: 7, At: date("2026-03-02"), Revenue: dec("99.90"), Goods: dec("60.00"), Service: dec("1.25")})
	for _, c := range book.Periods(7) {
		fmt.Println(c.From.Format("2006-01"), c.Profit())
	}
	sum, _ := book.Historic(7)
	fmt.Println("historic value", sum.Profit())
	// Output:
	// 2026-01 -10.1
	// 2026-03 38.65
	// historic value 28.55
}

// A margin of 40 a month, 90 of 100 stay, money costs 1 % a month.
func ExampleClosedForm() {
	v, err := worth.ClosedForm(dec("40"), dec("0.9"), dec("0.01"), 2)
	fmt.Println(v, err)
	_, err = worth.ClosedForm(dec("40"), dec("1"), dec("0"), 2)
	fmt.Println(err)
	// Output:
	// 327.27 <nil>
	// worth: /discount: endless and undiscounted: no finite value
}

func ExampleAppraise() {
	cfg := worth.Config{Decimals: 2, Decay: decs("0.5"), Referrers: worth.ReferrersSplit}
	rows := []worth.Customer[string]{{Customer: "ann", Consumption: dec("100.01")}}
	worths, err := worth.Appraise(guanxi.StringKey[string](), rows, []worth.Referral[string]{
		{Referrer: "bo", Referred: "ann"}, {Referrer: "cai", Referred: "ann"},
	}, cfg)
	if err != nil {
		panic(err)
	}
	for who, v := range worths.All() {
		fmt.Println(who, v.WordOfMouth)
	}
	_, err = worth.Appraise(guanxi.StringKey[string](), rows, []worth.Referral[string]{
		{Referrer: "ann", Referred: "bo"}, {Referrer: "bo", Referred: "ann"}, {Referrer: "cai", Referred: "cai"},
	}, cfg)
	for f := range guanxi.Faults(err) {
		fmt.Println(f)
	}
	// Output:
	// ann 0
	// bo 25
	// cai 25
	// /referrals/2/referrer: a customer refers themselves
	// /referrals/0: part of a circle of referrals
	// /referrals/1: part of a circle of referrals
}

func ExampleTiers_Report() {
	tiers, err := worth.NewTiers(worth.TiersConfig{Tiers: []worth.Tier{
		{ID: "key", Name: guanxi.Text{EN: "Key", ZH: "重点"}, Share: dec("0.5")},
		{ID: "rest", Name: guanxi.Text{EN: "Others", ZH: "其他"}, Share: dec("1")},
	}})
	if err != nil {
		panic(err)
	}
	rows, err := tiers.Report(decs("10", "600", "300", "90", "0"))
	if err != nil {
		panic(err)
	}
	for _, r := range rows {
		fmt.Printf("%s %d %s %.0f%%\n", r.Tier.Label(guanxi.ZH), r.Customers, r.Value, 100*r.Share)
	}
	// Output:
	// 重点 1 600 60%
	// 其他 4 400 40%
}

func ExampleTiers_AppendEstimates() {
	tiers := worth.MustTiers(worth.TiersConfig{})
	of, err := tiers.AppendEstimates(nil, []float64{5, 310.2, 5, 35})
	fmt.Println(of, err)
	// Output: [2 0 2 1] <nil>
}
