package simulate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// mutant is a defect planted in a copy of one file of the engine.
type mutant struct {
	name     string
	file     string
	old, new string // old stands once in the file
}

// mutants are defects that shops have had, and their kin.
var mutants = []mutant{
	{"a refund keeps the points", "decide_refund.go", "due := k.Granted - owed - k.Taken", "due := k.Granted - owed - k.Granted"},
	{"a second refund takes again", "decide_refund.go", "due := k.Granted - owed - k.Taken", "due := k.Granted - owed"},
	{"partial refunds are rounded each", "owed.go", "return min(total, k.Granted), err", "if total < k.Granted { total++ }; return min(total, k.Granted), err"},
	{"half up rounds down at the half", "wide.go", "if rem >= den-rem {", "if rem > den-rem {"},
	{"half even rounds the half up", "wide.go", "rem == den-rem && quo&1 == 1", "rem == den-rem"},
	{"expired lots can be spent", "take.go", "if it.key.Expire <= at { // on to what has not expired", "if it.key.Expire < 0 {"},
	{"a lot can be spent at its very end", "take.go", "if it.key.Expire <= at { // on to what has not expired", "if it.key.Expire < at {"},
	{"points are pending at the instant they become available", "take.go", "if n.Activate > at != pending", "if n.Activate >= at != pending"},
	{"a hold has not run out at its end", "settle.go", "h.Until <= at && (first", "h.Until < at && (first"},
	{"what is held can be spent again", "decide_hold.go", "w.takeAll(e, Held)", "w.takeAll(e, Available)"},
	{"a hold is captured twice", "decide_hold.go", "w.hold.State = HoldCaptured", "w.hold.State = HoldOpen"},
	{"more is captured than is held", "decide_hold.go", "case points > held:", "case points > held+1:"},
	{"a cap is not counted", "earn_caps.go", "case room.given == 0 || c.Per == CapOrder:", "case room.given == 0 || c.Per == CapOrder || c.Per == CapDay || c.Per == CapMonth:"},
	{"what a cap has cut counts as granted", "earn_order.go", "k.Granted += e.awards[j].Points", "k.Granted += e.awards[j].Points + e.awards[j].Cut"},
	{"a key is forgotten after a month", "engine.go", "case row == nil || row.missing:", "case row == nil || row.missing || a.Recorded > row.recorded+30*86400_000000:"},
	{"another intent is taken for the same", "engine.go", "case row.intent != w.intent:", "case row.intent[0] != w.intent[0] && row.op == OpRedeem:"},
	{"a backdated spend counts from its own time", "work.go", "if gives(cmd) {", "if gives(cmd) || cmd != nil {"},
	{"debt is not paid before a lot opens", "take.go", "absorbed = min(absorbed, l.points)", "absorbed = 0"},
	{"a debt is paid twice", "take.go", "owed -= q.Points", "owed -= 0 * q.Points"},
	{"the newest lot is spent first", "take.go", "for slot := b.head; slot >= 0 && left > 0; {\n\t\t\tn := w.a.lots.at(int(slot))\n\t\t\tslot = n.next", "for slot := b.tail; slot >= 0 && left > 0; {\n\t\t\tn := w.a.lots.at(int(slot))\n\t\t\tslot = n.prev"},
	{"spending looks at expiry before priority", "take.go", "x := min(left, n.Remaining)\n\t\t\te.use", "if n.Priority > 0 && left == n.Remaining { continue }; x := min(left, n.Remaining)\n\t\t\te.use"},
	{"priority is not asked", "purse.go", "k := BurnKey{l.Priority, l.Expire, l.Window}\n\tif", "k := BurnKey{0, l.Expire, l.Window}\n\tif"},
	{"a return begins with the first use", "decide_spend.go", "for i := len(red.uses) - 1; i >= 0 && points > 0; i-- {", "for i := 0; i < len(red.uses) && points > 0; i++ {"},
	{"a hold is released from the front", "settle.go", "for i := len(uses) - 1; i >= 0; i-- {", "for i := range uses {"},
	{"an expired lot takes points back", "take.go", "case w.a.Expiry(&n.Lot) > at:", "case w.a.Expiry(&n.Lot) >= at:"},
	{"a campaign counts at its end", "rules.go", "d.from <= at && at < d.to", "d.from <= at && at <= d.to"},
	{"a tier asks for more than its threshold", "tier_rules.go", "v[i] >= t", "v[i] > t"},
	{"two entries are recorded at once", "work.go", "w.recorded = max(recorded, a.Recorded+1)", "w.recorded = max(recorded, a.Recorded)"},
	{"the clock may retreat", "work.go", "w.recorded = max(recorded, a.Recorded+1)", "w.recorded = recorded"},
	{"the hash leaves out where a lot comes from", "encode_entry.go", "b = appendText(b, l.Source)", "b = appendText(b, \"\")"},
	{"the hash leaves out on whose behalf", "encode_entry.go", "b = appendText(b, e.Member)", "b = appendText(b, \"\")"},
	{"a transfer loses its expiry", "decide_move.go", "activate: l.Activate, expire: l.Expire, priority", "activate: l.Activate, expire: Never, priority"},
	{"a transfer makes pending points available", "decide_move.go", "activate: l.Activate, expire: l.Expire, priority", "activate: w.at, expire: l.Expire, priority"},
	{"a merge drops debts", "decide_move.go", "p.Debt = append(p.Debt, KindPoints{purse.kind, debt})", "_ = debt"},
	{"a merge drops orders", "decide_move.go", "!row.missing {", "!row.missing && row.Kept() < 0 {"},
	{"a merge makes debt of what had expired", "decide_move.go", "w.leave(row, &rec)", "_ = rec"},
	{"a part of a hold confirms all of it", "settle.go", "return a - b\n", "return amount + 0*(a-b)\n"},
	{"a merge goes on with points held", "decide_move.go", "case len(w.a.holds) > 0:", "case len(w.a.holds) > 99:"},
	{"expired lots are extended", "decide_adjust.go", "case w.a.Expiry(&n.Lot) <= w.at || w.a.Expiry", "case w.a.Expiry"},
	{"an extension shortens", "decide_adjust.go", "end > w.at && end < until {", "end > w.at {"},
	{"an adjustment takes what is not there", "decide_adjust.go", "w.take(e, c.Kind, -c.Points, Adjusted, false)", "w.take(e, c.Kind, -c.Points, Adjusted, true)"},
	{"a streak survives a missed day", "streak.go", "before := r.zone.start(r.zone.day(today - 1))", "before := r.zone.start(r.zone.day(today-1) - 1)"},
	{"a limit allows one more", "rules.go", "used > c.times-n", "used > c.times"},
	{"an order earns twice", "decide_earn.go", "if row != nil && !row.Unearned {", "if row != nil && !row.Unearned && row.Kept() == 0 {"},
	{"what points paid earns points", "earn_order.go", "l.Base -= part", "l.Base -= 0 * part"},
	{"a donation is a redemption", "decide_spend.go", "op, to, ref = OpDonate, Donated, r.Cause", "op, to, ref = OpDonate, Redeemed, r.Cause"},
	{"a returned reward keeps its limit", "decide_spend.go", "ch.Add = -partOf(ch.Add, before, after, total)", "ch.Add = 0 * partOf(ch.Add, before, after, total)"},
	{"a window that has passed is revived", "take.go", "end > w.now() && next > end", "next > end"},
	{"the month's end is a day early", "expiry.go", "return z.start(last + 1)", "return z.start(last)"},
	{"a refund leaves other lots alone", "decide_refund.go", "policy == TakeLots || policy == TakeDebt", "policy == TakeLots"},
	{"a refund takes what has expired elsewhere", "decide_refund.go", "gone-k.Expired", "0*gone"},
	{"a clock in the zone is read as UTC", "expiry.go", "return InstantOf(s.AddTo(at.Time(), z.loc))", "return at + Instant(s.Time.Microseconds())"},
	{"closing forgets what is pending", "decide_adjust.go", "p.available(w.now()) == 0 && p.notYet(w.now()) == 0", "p.available(w.now()) == 0"},
	{"the sweep writes what is not due", "sweep.go", "if it.key.Expire > at { // on to the next priority", "if it.key.Expire > at+1 { // on to the next priority"},
	{"stock is not given back", "decide_spend.go", "s.Step, s.Until = Restore, 0", "continue"},
	{"a reservation has no deadline", "decide_hold.go", "s.Until = until", "s.Until = 0"},
	{"what has lapsed is free a microsecond late", "shared.go", "v.Held[0].Until <= ch.At", "v.Held[0].Until < ch.At"},
	{"what has lapsed takes from others when it is released", "shared.go", "if there && held != 0 && !lapsed {", "if there && held != 0 && (!lapsed || ch.Step == Release && len(v.Held) > 0) { if lapsed { until = v.Held[0].Until };"},
	{"a wrong date ends what others have reserved", "work.go", "min(e.Effective, d.Entries[0].Recorded)", "e.Effective"},
	{"a refund keeps the points that paid", "decide_paid.go", "points := min(p.due(before+amount, total), p.Points) - w.given[i]", "points := Points(0)"},
	{"a refund gives back what was returned by hand", "decide_paid.go", "w.given = append(w.given, p.Points-p.rest(red.rest(), back, total))", "w.given = append(w.given, p.due(back, total))"},
	{"points that paid are rounded at each refund", "decide_paid.go", "min(p.due(before+amount, total), p.Points)", "min(p.due(before, total)+p.due(p.From+amount, total), p.Points)"},
	{"what points paid is paid out in money", "decide_paid.go", "b.Money = amount - (", "b.Money = amount - 0*("},
	{"a payment is forgotten when its order earns", "apply.go", "payments = row.OrderRecord.Payments", "payments = nil"},
	{"points pay more than the order", "decide_paid.go", "money > total-back-standing", "money > total-back"},
	{"the share of points is of each payment alone", "decide_paid.go", "return standing + held + money, nil", "return money, nil"},
	{"what is held for an order does not count", "decide_paid.go", "held += h.Money", "held += 0 * h.Money"},
	{"a part of a hold pays for no order", "decide_hold.go", "e.Ref, e.Split = h.ID, h.Split\n\tif pays {", "e.Ref, e.Split = h.ID, h.Split\n\tif pays && points == held {"},
	{"what comes back with a refund cannot be taken", "decide_refund.go", "if gave { // what has come back can be taken", "if gave && w.seq < 0 {"},
	{"an order of which something came back earns", "decide_paid.go", "case l.ReturnedAmount > 0 || l.ReturnedQuantity > 0:", "case l.ReturnedQuantity > 9:"},
	{"a merge leaves redemptions behind", "merge_used.go", "if red.rest() == 0 {\n\t\t\tcontinue\n\t\t}\n\t\tsent", "if red.rest() >= 0 {\n\t\t\tcontinue\n\t\t}\n\t\tsent"},
	{"what was redeemed before a merge never expires", "merge_used.go", "Expire: w.a.Expiry(l), Priority", "Expire: Never, Priority"},
	{"what was redeemed before a merge can be spent", "apply_merge.go", "red.uses[j].Lot = e.Opened[first+at].ID", "red.uses[j].Lot = e.Opened[0].ID"},
	{"a merge forgets what a redemption has counted", "merge_used.go", "if c.Add = partOf(c.Add, total-left, total, total); c.Add > 0 {", "if c.Add < 0 {"},
	{"every order is the first", "decide_earn.go", "w.earn.record.First = w.a.earned == 0", "w.earn.record.First = true"},
	{"two first orders after a merge", "apply_merge.go", "row.First = rec.First && none\n\t\t\tcontinue", "continue"},
	{"an order that came back whole was the first for ever", "apply.go", "a.earned -= was - row.kept()", "_ = was"},
	{"the only order that is left is not the first", "account.go", "return row.First || a.earned == 1 && row.kept() == 1", "return row.First"},
	{"the host says which order was the first", "decide_earn.go", "purchase, first = &row.OrderRecord, w.a.first(row)", "purchase = &row.OrderRecord"},
	{"a tier that is reached anew keeps its old proof", "tier_growth.go", "reach.At, reach.Had = at, c.Growth", "_ = at"},
	{"a tier that is undone leaves its grace", "tier_growth.go", "m.s.Grace, m.s.Rest = grace, rest", "_, _ = grace, rest"},
	{"a tier that is undone ends the grace below", "tier_growth.go", "m.s.Grace, m.s.Rest = grace, rest", "m.s.Grace = 0"},
	{"a tier is undone once grace is over, and that begins anew", "tier_growth.go", "m.endGrace(at)", "s.Grace = r.after(at, r.grace)"},
	{"a tier spared in grace stays without what spared it", "tier_growth.go", "r.kept(level, p.Had)", "true"},
	{"what came back has still reached a tier of a rolling span", "tier_qualify.go", "v := m.sum(last)", "v := m.sum(last * 0)"},
	{"what is taken by hand is taken from its own day alone", "tier_days.go", "w.owed[k], left[k] = max(-n, 0), max(n, 0)", "left[k] = max(n, 0)"},
	{"a soft landing is not held", "tier_days.go", "s.Rest = r.after(at, r.span)", "s.Rest = 0"},
	{"what is held is not owed", "liability.go", "l.put(k, Standing{Held: u.Points}, n.Earned", "l.put(k, Standing{}, n.Earned"},
	{"what has expired is owed", "liability.go", "case expire <= l.at:", "case expire < l.at:"},
	{"a merged sum forgets debts", "liability.go", "to.debt += from.debt", "_ = from.debt"},
	{"a liability is rounded up for each month", "liability_report.go", "v.value = value\n", "v.value = value - value%2\n"},
	{"the roll-forward does not see what time has expired", "liability_roll.go", "if it.key.Expire > end {", "if it.key.Expire >= 0 {"},
	{"what was given back stays redeemed in its cohort", "breakage.go", "move(u.From, -u.Points)", "move(u.From, -u.Points*Points(min(int(u.To), 1)*0))"},
	{"revenue is recognised before it is earned", "revenue.go", "if redeemed >= of {", "if redeemed >= of/2 {"},
	{"what has come back is still to come back", "apply.go", "a.returnable--", "_ = had"},
}

// TestMutantsFit asks that what the mutants change stands in the engine, once.
func TestMutantsFit(t *testing.T) {
	for _, m := range mutants {
		source, err := os.ReadFile(filepath.Join("..", "..", m.file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), m.old); n != 1 {
			t.Errorf("%s: %q stands %d times in %s: plant the defect anew", m.name, m.old, n, m.file)
		}
	}
}

// share draws the names of the mutants that are planted unless GUANXI_MUTANT asks for
// others, always the same.
func share(n int) map[string]bool {
	out := map[string]bool{}
	for _, i := range rand.New(rand.NewPCG(5, 417)).Perm(len(mutants))[:n] {
		out[mutants[i].name] = true
	}
	return out
}

// TestMutants plants defects and asks that the simulation finds each within 200,000
// commands. The go command builds the engine with one file overlaid. GUANXI_MUTANT is a
// pattern of the names to be planted, "." of all; without it a share of them is.
func TestMutants(t *testing.T) {
	if os.Getenv("GUANXI_LONG") != "1" {
		t.Skip("only with GUANXI_LONG=1")
	}
	began, dir := time.Now(), t.TempDir()
	engine, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	pattern, chosen := os.Getenv("GUANXI_MUTANT"), share(24)
	only, err := regexp.Compile(pattern)
	if err != nil {
		t.Fatal(err)
	}
	planted := 0
	t.Run("found", func(t *testing.T) {
		for i, m := range mutants {
			if only.MatchString(m.name) && (pattern != "" || chosen[m.name]) {
				planted++
				t.Run(m.name, func(t *testing.T) {
					t.Parallel()
					m.plant(t, filepath.Join(engine, m.file), filepath.Join(dir, fmt.Sprint(i)))
				})
			}
		}
	})
	t.Logf("%d mutants in %s", planted, time.Since(began).Round(time.Second))
}

// plant puts the defect into a copy of the file at path, and fails unless the simulation
// finds it. stem begins the names of the files it makes.
func (m *mutant) plant(t *testing.T, path, stem string) {
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed, overlay := stem+".go", stem+".json"
	b, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(changed, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, b, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-vet=off", "-overlay", overlay, "-run", "^TestSimulation$", "-count=1", "-timeout=4m", ".")
	cmd.Env = append(os.Environ(), "GUANXI_LONG=", "GUANXI_MUTANT=", "GUANXI_COMMANDS=200000", "GUANXI_BRIEF=1")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	switch s := string(out); {
	case err == nil:
		t.Error("not found")
	case !strings.Contains(s, "--- FAIL: TestSimulation"):
		t.Errorf("did not run:\n%s", out)
	case strings.Contains(s, "panic: test timed out"):
		t.Error("hangs")
	default:
		_, s, _ = strings.Cut(s, "seed ")
		line, _, _ := strings.Cut(s, "\n")
		t.Logf("%.1fs: seed %.300s", time.Since(start).Seconds(), line)
	}
}
