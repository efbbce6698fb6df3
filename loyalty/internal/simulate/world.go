package simulate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// errHost is a failure of the host, which is no answer to a command.
var errHost = errors.New("simulate: the host failed")

// Step is one command for one account.
type Step struct {
	Account  loyalty.AccountID
	Command  loyalty.Command
	Recorded time.Time
	peer     *account // of a merge: the reference's other account as it was
	through  bool     // by the service, which lets it arrive: of hosts that are a Mover
	pool     []loyalty.Kind
}

// String shows the command.
func (s Step) String() string {
	how := ""
	if s.through {
		how = fmt.Sprintf(" by the service %v", s.pool)
	}
	return fmt.Sprintf("%s %T%+v recorded %s%s", s.Account, s.Command, s.Command, s.Recorded.UTC().Format(time.RFC3339Nano), how)
}

// sample is a balance that must stay as it was seen.
type sample struct {
	kind loyalty.Kind
	at   time.Time
	bal  loyalty.Balance
}

// side is an account and its reference.
type side struct {
	ref     *account
	seq     int64 // entries seen
	head    [32]byte
	written loyalty.Instant
	samples []sample
}

// World is accounts of one programme, and their references.
type World struct {
	program loyalty.Program
	engine  *loyalty.Engine
	host    Host
	rules   rules
	sides   map[loyalty.AccountID]*side
	shared  map[string]*pool
	behind  bool   // the host has done more than was followed
	probe   uint64 // of the random looks: told by the step, not by what came before
	done    int
	Refused map[string]int // how often, by error
	Counts  map[string]int // accepted commands, by type
}

func newWorld(p loyalty.Program, open func(*loyalty.Engine) Host) (*World, error) {
	e, err := loyalty.New(p)
	if err != nil {
		return nil, err
	}
	w := &World{
		program: p, engine: e, host: open(e), sides: map[loyalty.AccountID]*side{}, shared: map[string]*pool{},
		Refused: map[string]int{}, Counts: map[string]int{},
	}
	w.rules = rules{&w.program, newCalendar(p.Location)}
	for _, c := range p.Caps {
		if c.Per == loyalty.CapBudget {
			w.shared["budget:"+c.ID] = &pool{limit: int64(c.Points)}
		}
	}
	for _, r := range p.Rewards {
		if r.Stock != nil {
			w.shared["stock:"+r.ID] = &pool{limit: *r.Stock}
		}
	}
	return w, nil
}

func (w *World) side(id loyalty.AccountID) *side {
	if w.sides[id] == nil {
		w.sides[id] = &side{ref: newAccount(id)}
	}
	return w.sides[id]
}

// Step carries a step out on both sides. The error is a difference between them, or a
// law that does not hold.
func (w *World) Step(s Step) error {
	if err := w.step(s); err != nil {
		return fmt.Errorf("step %d: %s: %w", w.done, s, err)
	}
	w.done++
	return nil
}

func (w *World) step(s Step) error {
	a, err := w.host.Account(s.Account)
	if err != nil {
		return err
	}
	side := w.side(s.Account)
	w.probe = w.probe*6364136223846793005 + uint64(s.Command.Common().At.UnixMicro()) + 1442695040888963407
	recorded := max(int64(loyalty.InstantOf(s.Recorded)), int64(side.written)+1)
	if m, ok := w.host.(Mover); ok && s.through {
		return w.through(m, s)
	}
	want := w.answer(s, a)
	left := map[string]int64{}
	for k, p := range w.shared {
		left[k] = p.limit - p.used(min(max(s.Command.Common().At.UnixMicro(), int64(a.Last)), recorded))
	}
	var before []byte
	if want.err != nil && w.once(8) || w.once(64) {
		if before, err = a.MarshalBinary(); err != nil {
			return err
		}
	}
	if w.once(32) {
		if err := w.partly(a, s, left); err != nil {
			return err
		}
	}
	dec, err := w.host.Do(s.Account, s.Command, s.Recorded, left)
	if errors.Is(err, errHost) {
		return err
	}
	if a, err2 := w.host.Account(s.Account); err2 != nil {
		return err2
	} else if err != nil || dec.Repeated {
		if before != nil {
			if after, err := a.MarshalBinary(); err != nil || !bytes.Equal(before, after) {
				return fmt.Errorf("nothing was done and the account is another: %w", err)
			}
		}
		if want.err != nil && same(want.err, err) || err == nil && want.repeated {
			w.note(s, err)
			return w.compare(a, side, s)
		}
		if err != nil {
			return fmt.Errorf("refused (%w), the reference says %w", err, want.err)
		}
		return fmt.Errorf("repeated, the reference says %w", want.err)
	} else if want.err != nil || want.repeated {
		return fmt.Errorf("accepted, the reference says %w, repeated %t", want.err, want.repeated)
	} else if err := w.entries(side, dec, s.Recorded); err != nil {
		return err
	} else {
		w.note(s, nil)
		if err := w.commit(side, s, dec, want.next, recorded); err != nil {
			return err
		}
		return w.compare(a, side, s)
	}
}

// answer is what the reference says of a step.
func (w *World) answer(s Step, a *loyalty.Account) answer {
	side := w.side(s.Account)
	recorded := max(int64(loyalty.InstantOf(s.Recorded)), int64(side.written)+1)
	clock := max(int64(loyalty.InstantOf(s.Recorded)), int64(side.written))
	return w.rules.decide(side.ref, s.Command, recorded, clock, w.shared, s.peer, func(at int64) string {
		v, _ := w.engine.Tier(a, loyalty.Instant(at).Time())
		return v.Tier
	})
}

// once says yes for one in n of the steps, told by the steps alone.
func (w *World) once(n uint64) bool {
	w.probe = w.probe*6364136223846793005 + 1442695040888963407
	return (w.probe>>33)%n == 0
}

func (w *World) note(s Step, err error) {
	if err == nil {
		w.Counts[fmt.Sprintf("%T", s.Command)]++
		return
	}
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	if errors.Is(err, loyalty.ErrNotEnough) {
		err = loyalty.ErrNotEnough
	}
	w.Refused[err.Error()]++
}

// commit makes the reference's next state the present one.
func (w *World) commit(side *side, s Step, dec *loyalty.Decision, next *account, recorded int64) error {
	if _, ok := s.Command.(*loyalty.Sweep); ok {
		if err := w.swept(next, s, dec); err != nil {
			return err
		}
	}
	if err := w.settleMoves(next, recorded); err != nil {
		return err
	}
	if err := sentRight(s.Command, dec, side.ref, next); err != nil {
		return err
	}
	if c, ok := s.Command.(*loyalty.Refund); ok {
		if err := refunded(dec, next, c.Order); err != nil {
			return err
		}
	}
	side.ref = next
	return nil
}

// sentRight asks whether a parcel holds what has left the account.
func sentRight(cmd loyalty.Command, dec *loyalty.Decision, was, is *account) error {
	_, merge := cmd.(*loyalty.MergeOut)
	if _, send := cmd.(*loyalty.Send); !send && !merge {
		return nil
	}
	p := dec.Parcel
	if p == nil || merge != (p.Merge != nil) {
		return fmt.Errorf("what is sent is %+v", p)
	}
	left := map[loyalty.Kind]int64{}
	for _, k := range spendables {
		left[k] = is.book(k)[bookTransferred]
		if b := was.books[k]; b != nil {
			left[k] -= b[bookTransferred]
		}
	}
	for _, l := range p.Lots {
		left[l.Kind] -= int64(l.Points)
		if l.ID < 1 || int(l.ID) > len(is.lots) {
			return fmt.Errorf("lot %+v is sent", l)
		}
		if r := &is.lots[l.ID-1]; r.kind != l.Kind || r.activate != int64(l.Activate) || is.end(r) != int64(l.Expire) || r.priority != l.Priority || r.order != l.Order && !(merge && l.Order == is.leaves(r.order)) {
			return fmt.Errorf("lot %+v is sent of %+v", l, *r)
		}
	}
	if merge {
		for _, l := range p.Merge.Lots {
			left[l.Kind] -= int64(l.Points)
		}
		if len(p.Merge.Redemptions) != len(is.left) {
			return fmt.Errorf("%d redemptions are sent, the reference sends %d", len(p.Merge.Redemptions), len(is.left))
		}
	}
	for _, d := range p.Debt {
		left[d.Kind] += int64(d.Points)
	}
	for k, n := range left {
		if n != 0 {
			return fmt.Errorf("%d of %q are lost on the way: %+v", n, k, p)
		}
	}
	if !merge {
		return nil
	}
	sent := map[string]bool{}
	for i := range p.Merge.Orders {
		sent[p.Merge.Orders[i].ID] = true
	}
	for id, o := range was.orders {
		if !sent[id] {
			return fmt.Errorf("order %q with %d left is not sent", id, o.kept())
		}
	}
	return nil
}

// swept follows what a sweep has written: it may have written a part of what is due.
func (w *World) swept(ref *account, s Step, dec *loyalty.Decision) error {
	at := s.Command.Common().At.UnixMicro()
	for i := range dec.Entries {
		e := &dec.Entries[i]
		if int64(e.Effective) > at {
			return fmt.Errorf("a sweep until %d has written of %d", at, e.Effective)
		}
		switch e.Op {
		case loyalty.OpRunOut:
			i := slices.IndexFunc(ref.holds, func(h hold) bool { return h.id == e.Ref && h.until == int64(e.Effective) })
			if i < 0 {
				return fmt.Errorf("a sweep has ended hold %q", e.Ref)
			}
			ref.runOut(i)
		case loyalty.OpActivate, loyalty.OpExpire, loyalty.OpRepay, loyalty.OpTier:
		default:
			return fmt.Errorf("a sweep has written %q", e.Op)
		}
		if !ref.begun {
			ref.begun, ref.last = true, int64(e.Effective)
		}
		ref.last = max(ref.last, int64(e.Effective))
	}
	if len(dec.Entries) > 0 {
		ref.keys[s.Command.Common().Key] = s.Command
	}
	return nil
}

// entries asks of what was written what can be seen of each entry alone.
func (w *World) entries(side *side, dec *loyalty.Decision, recorded time.Time) error {
	own := 0
	for i := range dec.Entries {
		e := &dec.Entries[i]
		if e.Seq != side.seq+1 || e.Prev != side.head || side.seq > 0 && e.Recorded <= side.written || e.Recorded < loyalty.InstantOf(recorded) {
			return fmt.Errorf("entry %d of %d recorded at %d does not follow %d of %d", e.Seq, len(dec.Entries), e.Recorded, side.seq, side.written)
		}
		side.seq, side.head, side.written = e.Seq, e.Hash, e.Recorded
		if e.Key != "" {
			own++
		}
		type sums struct{ all, has, debt, held loyalty.Points }
		kinds := map[loyalty.Kind]*sums{}
		of := func(k loyalty.Kind) *sums {
			if kinds[k] == nil {
				kinds[k] = &sums{}
			}
			return kinds[k]
		}
		for _, p := range e.Postings {
			s := of(p.Kind)
			s.all += p.Points
			switch p.Book {
			case loyalty.Pending, loyalty.Available:
				s.has += p.Points
			case loyalty.Debt:
				s.has, s.debt = s.has+p.Points, s.debt-p.Points
			case loyalty.Held:
				s.held += p.Points
			}
		}
		for j, u := range e.Uses {
			if u.Points <= 0 || int(u.Ordinal) != j {
				return fmt.Errorf("use %+v at %d", u, j)
			}
		}
		for k, s := range kinds {
			r := loyalty.Result{}
			for _, x := range e.Results {
				if x.Kind == k {
					r = x
				}
			}
			if s.all != 0 {
				return fmt.Errorf("entry %d does not balance: %+v", e.Seq, e.Postings)
			}
			if r.Points != s.has || r.Debt != s.debt {
				return fmt.Errorf("entry %d (%s) says %+v, and posts %+v", e.Seq, e.Op, r, e.Postings)
			}
		}
	}
	if len(dec.Entries) > 0 && own != 1 {
		return fmt.Errorf("%d entries have the key", own)
	}
	return nil
}

// compare asks whether an account and its reference are the same.
func (w *World) compare(a *loyalty.Account, side *side, s Step) error {
	ref := side.ref
	if a.Seq != side.seq || a.Head != side.head || a.Status != ref.status || ref.begun && int64(a.Last) != ref.last {
		return fmt.Errorf("at entry %d of %d, status %q, last %d: the reference has %q, %d", a.Seq, side.seq, a.Status, a.Last, ref.status, ref.last)
	}
	n := 0
	for l := range a.Lots() {
		if n >= len(ref.lots) {
			return fmt.Errorf("a lot more: %+v", l)
		}
		if err := w.lot(a, &l, ref, &ref.lots[n]); err != nil {
			return err
		}
		n++
	}
	if n != len(ref.lots) {
		return fmt.Errorf("a lot less: %+v", ref.lots[n])
	}
	if err := w.books(a, ref); err != nil {
		return err
	}
	holds := a.Holds()
	if len(holds) != len(ref.holds) {
		return fmt.Errorf("holds %+v, the reference has %+v", holds, ref.holds)
	}
	for i := range holds {
		h, r := &holds[i], &ref.holds[i]
		if h.ID != r.id || int64(h.Until) != r.until || len(h.Uses) != len(r.uses) {
			return fmt.Errorf("hold %+v, the reference has %+v", h, r)
		}
	}
	if (rolls(&w.program) || w.once(8)) && ref.begun && w.rules.knowsTier(ref) {
		v, _ := w.engine.Tier(a, loyalty.Instant(ref.last).Time())
		if want := w.rules.tierAt(ref, ref.last); v.Tier != want {
			return fmt.Errorf("the tier at %d is %+v, the reference has %s", ref.last, v, want)
		}
	}
	switch c := s.Command.(type) {
	case *loyalty.Earn:
		return w.order(a, ref, c.Order.ID)
	case *loyalty.Refund:
		return w.order(a, ref, c.Order)
	case *loyalty.Redeem:
		return w.order(a, ref, c.Spend.Order)
	}
	return nil
}

func (w *World) lot(a *loyalty.Account, l *loyalty.Lot, ref *account, r *lot) error {
	// What has expired stands in either part: whether a sweep has come by is not asked.
	remaining, expired := int64(l.Remaining), int64(l.Expired)
	want, gone := r.remaining, r.expired
	if ref.end(r) <= ref.last {
		remaining, expired, want, gone = 0, remaining+expired, 0, want+gone
	}
	end, activate := int64(a.Expiry(l)), int64(l.Activate)
	switch {
	case l.Kind != r.kind || int64(l.Points) != r.points || remaining != want || expired != gone || int64(l.Held) != r.held || int64(l.Redeemed) != r.redeemed ||
		int64(l.TakenBack) != r.takenBack || int64(l.Donated) != r.donated || int64(l.Transferred) != r.transferred || int64(l.Adjusted) != r.adjusted:
	case activate != r.activate || end != ref.end(r) || l.Priority != r.priority || l.Order != r.order:
	default:
		return nil
	}
	return fmt.Errorf("lot %+v until %d, the reference has %+v until %d", *l, end, *r, ref.end(r))
}

// books compares the double entry with the reference's lots.
func (w *World) books(a *loyalty.Account, ref *account) error {
	for _, k := range kinds {
		if !w.rules.kind(k).Spendable {
			continue
		}
		var remaining, held, redeemed, donated int64
		for i := range ref.lots {
			if l := &ref.lots[i]; l.kind == k {
				remaining += l.remaining + l.expired
				held += l.held
				redeemed += l.redeemed
				donated += l.donated
			}
		}
		b, net := a.Books(k), ref.book(k)
		got := [...]loyalty.Points{b[loyalty.Pending] + b[loyalty.Available] + b[loyalty.Expired], b[loyalty.Held], b[loyalty.Redeemed], b[loyalty.Donated], b[loyalty.Debt],
			b[loyalty.Issued], b[loyalty.TakenBack], b[loyalty.Transferred], b[loyalty.Adjusted]}
		want := [...]int64{remaining, held, redeemed, donated, -ref.debt[k], net[bookIssued], net[bookTakenBack], net[bookTransferred], net[bookAdjusted]}
		for i := range got {
			if int64(got[i]) != want[i] {
				return fmt.Errorf("books of %q are %v, the reference has %v", k, got, want)
			}
		}
		at := ref.last
		if w.once(4) {
			at += int64(w.probe>>20) % (120 * 86400_000000)
		}
		t := loyalty.Instant(at).Time()
		bal, err := a.BalanceAt(k, t)
		if err != nil && ref.begun {
			return fmt.Errorf("balance of %q at %s: %w", k, t, err)
		}
		if x := ref.balance(k, at); bal != x && ref.begun {
			return fmt.Errorf("balance of %q at %s (last %s) is %+v, the reference has %+v", k, t, loyalty.Instant(ref.last).Time(), bal, x)
		}
		if bal.Available < 0 || bal.Pending < 0 || bal.Held < 0 || bal.Debt < 0 || bal.Debt > 0 && bal.Available > 0 {
			return fmt.Errorf("balance of %q: %+v", k, bal)
		}
	}
	return nil
}

// order compares what is known of an order.
func (w *World) order(a *loyalty.Account, ref *account, id string) error {
	r := ref.orders[id]
	o, ok := a.Order(id)
	if r == nil {
		if ok {
			return fmt.Errorf("order %+v, the reference has none", o)
		}
		return nil
	}
	if !ok || len(o.Kinds) != len(r.kinds) || int64(o.At) != r.at || o.Kept() != r.kept() {
		return fmt.Errorf("order %+v, the reference has %+v", o, *r)
	}
	if err := payments(&o, r, ref.first(r)); err != nil {
		return err
	}
	for i := range r.kinds {
		k, x := &o.Kinds[i], &r.kinds[i]
		if k.Kind != x.kind || int64(k.Granted) != x.granted || int64(k.Taken) != x.taken || int64(k.Expired) != x.expired {
			return fmt.Errorf("order %+v, the reference has %+v", o, *r)
		}
	}
	return nil
}
