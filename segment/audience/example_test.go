package audience_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/audience"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
)

func Example() {
	vip, active, complained := audience.Of(1, 2, 3, 4), audience.Of(2, 3, 4, 5, 6), audience.Of(4)
	everybody := audience.First(8)

	fmt.Println("write to: ", vip.And(active).Minus(complained))
	fmt.Println("not vip:  ", vip.Complement(everybody))
	fmt.Println("vip or active, counted:", vip.OrCount(active))
	// Output:
	// write to:  2 {2 3}
	// not vip:   4 {0 5 6 7}
	// vip or active, counted: 6
}

// A batch answers in words of 64 rows, of which the first may be any multiple of 64.
func ExampleBuilder() {
	var b audience.Builder
	if err := b.AddWords(0, []uint64{0b1011}); err != nil {
		fmt.Println(err)
	}
	if err := b.AddWords(128, []uint64{1}); err != nil {
		fmt.Println(err)
	}
	b.Add(7)
	fmt.Println(b.Set())
	// Output: 5 {0 1 3 7 128}
}

// Which part of one segment is in another, and how alike two are.
func ExampleOverlapOf() {
	names := []string{"vip", "active", "new"}
	o := audience.OverlapOf(audience.Of(1, 2, 3, 4), audience.Of(2, 3, 4, 5, 6), audience.Set{})
	for i := range names {
		for j := range names[:i] {
			if share, ok := o.Share(j, i); ok {
				alike, _ := o.Jaccard(i, j)
				fmt.Printf("%s and %s: %d, %.0f %% of %s, Jaccard %.2f\n", names[j], names[i], o.Counts[i][j], 100*share, names[j], alike)
			}
		}
	}
	// Output:
	// vip and active: 3, 75 % of vip, Jaccard 0.50
	// vip and new: 0, 0 % of vip, Jaccard 0.00
	// active and new: 0, 0 % of active, Jaccard 0.00
}

func ExampleMemory() {
	dir := audience.NewMemory(guanxi.StringKey[string]())
	ordinals, err := dir.Assign(ctx, nil, []string{"anna", "bo", "chen"})
	fmt.Println(ordinals, err)

	// Bo is deleted, and comes back as somebody new: no old set names them.
	err = dir.Remove(ctx, []string{"bo"})
	back, _ := dir.Assign(ctx, nil, []string{"bo"})
	known, _ := dir.Keys(ctx, nil, []uint32{0, 1, 2, 3})
	live, _ := dir.Live(ctx)
	fmt.Println(back, known, live, err)
	// Output:
	// [0 1 2] <nil>
	// [3] [{0 anna} {2 chen} {3 bo}] 3 {0 2 3} <nil>
}

// Shopper is the host's own type.
type Shopper struct {
	Country string
	Last    time.Time // order
}

var (
	country = segment.String("country", func(s *Shopper) (string, bool) { return s.Country, s.Country != "" }, segment.Meta{})
	last    = segment.Instant("last_order", func(s *Shopper) (time.Time, bool) { return s.Last, !s.Last.IsZero() }, segment.Meta{})
	schema  = segment.MustSchema[Shopper](segment.SchemaConfig{}, country, last)
)

func compile(e segment.Expr[Shopper], now time.Time) *segment.Rule[Shopper] {
	rule, err := schema.Compile(e, segment.At{Now: now}, nil)
	if err != nil {
		panic(err)
	}
	return rule
}

// Who entered and who left between two versions of a segment, and why.
func ExampleDiff() {
	then, now := noon, noon.AddDate(0, 0, 7)
	before := map[uint32]*Shopper{
		0: {"CN", then.AddDate(0, 0, -25)}, // will be 32 days ago
		1: {"CN", then.AddDate(0, 0, -60)}, // will buy
		2: {"SG", then.AddDate(0, 0, -5)},  // the new rule takes in Singapore
		3: {"CN", then.AddDate(0, 0, -1)},
	}
	after := maps.Clone(before)
	after[1] = &Shopper{"CN", now.AddDate(0, 0, -1)}
	after[4] = &Shopper{"CN", now}

	recent := last.Within(segment.LastDays(30))
	old := compile(segment.All(country.Is("CN"), recent), then)
	rule := compile(segment.All(country.In("CN", "SG"), recent), now)

	members, err := audience.Select(old, maps.All(before))
	if err != nil {
		fmt.Println(err)
		return
	}
	v1, _ := audience.Version{Segment: "active"}.Next(old.ID(), members, then)
	members, _ = audience.Select(rule, maps.All(after))
	v2, err := v1.Next(rule.ID(), members, now) // the host stores it, if v1 is still the last
	if err != nil {
		fmt.Println(err)
		return
	}

	diff, _ := audience.Diff(v1, v2)
	reasons, err := audience.NewReasoner(audience.Asked[Shopper]{Rule: old, At: segment.At{Now: then}},
		audience.Asked[Shopper]{Rule: rule, At: segment.At{Now: now}}, audience.Rows[Shopper]{
			Now:    func(ordinal uint32) *Shopper { return after[ordinal] },
			Before: func(ordinal uint32) (*Shopper, bool) { return before[ordinal], true },
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range diff.Events(reasons.Cause) {
		verb := "left"
		if e.Entered {
			verb = "entered"
		}
		fmt.Printf("%d  %-12s customer %d %-7s  %s, %s\n", e.Seq, e.Key, e.Ordinal, verb, e.Cause, e.Cause.Label(guanxi.ZH))
	}
	fmt.Println(diff.Apply(v1.Set).Equal(v2.Set))
	// Output:
	// 3  active/2/0   customer 0 left     time, 时间推移
	// 4  active/2/1   customer 1 entered  attribute, 客户资料变化
	// 5  active/2/2   customer 2 entered  rule, 规则变更
	// 6  active/2/4   customer 4 entered  arrival, 新客户
	// true
}

// What a new rule would change, before it is published.
func ExamplePreviewChange() {
	customers := map[uint32]*Shopper{0: {Country: "CN"}, 1: {Country: "SG"}, 2: {Country: "US"}, 3: {Country: "SG"}}
	preview, _, _, err := audience.PreviewChange(compile(country.In("CN", "US"), noon), compile(country.In("CN", "SG"), noon), maps.All(customers), 5)
	data, _ := json.Marshal(preview)
	fmt.Println(string(data), err)
	// Output: {"customers":4,"before":2,"after":3,"entered":2,"left":1,"entered_sample":[1,3],"left_sample":[2]} <nil>
}

// A campaign from its config to the verdict.
func ExampleCampaign() {
	var campaign audience.Campaign
	err := json.Unmarshal([]byte(`{
		"id": "spring", "goal": {"metric": "share", "uplift": "0.02"}, "target": "active", "channels": ["wechat"],
		"from": "2026-03-15T00:00:00+08:00", "to": "2026-04-15T00:00:00+08:00", "decimals": 2,
		"holdout": {"salt": "spring-2026", "share": 0.2}, "strata": [{"segment": "vip", "share": 0.5}]
	}`), &campaign)
	if err != nil {
		fmt.Println(err)
		return
	}

	// Five thousand customers; the first thousand are VIPs.
	dir := audience.NewMemory(guanxi.IntKey[int64]())
	keys := make([]int64, 5000)
	for i := range keys {
		keys[i] = int64(1000 + i)
	}
	if _, err := dir.Assign(ctx, nil, keys); err != nil {
		fmt.Println(err)
		return
	}
	split, _ := audience.NewSplit(guanxi.IntKey[int64](), campaign)
	roster, err := split.Enrol(ctx, dir, audience.Roster{}, map[string]audience.Set{"active": audience.First(5000), "vip": audience.First(1000)})
	if err != nil {
		fmt.Println(err)
		return
	}
	assignments, _ := split.Assignments(roster)
	for _, a := range assignments {
		fmt.Printf("%-4q treated %d, held %d, uneven: %t\n", a.Segment, a.Treated, a.Held, a.Uneven)
	}

	// Of the treated every fifth buys, of those left alone every tenth.
	outcomes, _ := audience.NewOutcomes(campaign, roster)
	for i, ordinal := range roster.Treated().Append(nil) {
		if i%5 == 0 {
			err = outcomes.Add(audience.Outcome{Ordinal: ordinal, Converted: true, Money: decimal.RequireFromString("120.50")})
		}
	}
	for i, ordinal := range roster.Held().Append(nil) {
		if i%10 == 0 {
			err = outcomes.Add(audience.Outcome{Ordinal: ordinal, Converted: true, Money: decimal.RequireFromString("99.00")})
		}
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	report := outcomes.Report()
	share, money := report.Share, report.Money
	fmt.Printf("share: %+.3f, %.3f to %.3f\n", share.Uplift, share.Interval.Low, share.Interval.High)
	fmt.Printf("money: %+.2f, %.2f to %.2f\n", money.Uplift, money.Interval.Low, money.Interval.High)
	fmt.Println(report.Verdict, report.Verdict.Label(guanxi.ZH))
	// Output:
	// "vip" treated 484, held 516, uneven: false
	// ""   treated 3211, held 789, uneven: false
	// share: +0.100, 0.077 to 0.121
	// money: +14.18, 11.74 to 16.46
	// reached 达成
}
