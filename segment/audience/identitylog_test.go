package audience

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

var day1 = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func newLog(t testing.TB, events ...IdentityEvent[int]) *IdentityLog[int] {
	t.Helper()
	l, err := NewIdentityLog(guanxi.IntKey[int](), slices.Values(events))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// history is a log and what the host stored of it.
type history struct {
	t      *testing.T
	rules  *IdentityRules[int]
	log    *IdentityLog[int]
	events []IdentityEvent[int]
}

func newHistory(t *testing.T, cfg IdentityConfig) *history {
	return &history{t: t, rules: identityRules(t, cfg), log: newLog(t)}
}

func (h *history) apply(events ...IdentityEvent[int]) []IdentityEvent[int] {
	h.t.Helper()
	for _, e := range events {
		if err := h.log.Apply(e); err != nil {
			h.t.Fatalf("%+v: %v", e, err)
		}
		h.events = append(h.events, e)
	}
	return events
}

func (h *history) advance(records []record) []IdentityEvent[int] {
	h.t.Helper()
	events, err := h.log.Advance(resolve(h.t, h.rules, records, h.log.Decisions()...), day1)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.apply(events...)
}

// one applies the event of a decision.
func (h *history) one(e IdentityEvent[int], err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	h.apply(e)
}

// now is the customers: by name, the records in the order in which they came.
func (h *history) now() string {
	var s strings.Builder
	for k, keys := range h.log.All() {
		fmt.Fprintf(&s, "%d%v ", k, keys)
	}
	return s.String()
}

func (h *history) want(now string) {
	h.t.Helper()
	if got := h.now(); got != now {
		h.t.Errorf("%s\nwant %s", got, now)
	}
}

func TestIdentityLog(t *testing.T) {
	h := newHistory(t, IdentityPreset())
	records := []record{of(20, union1("u1"), phone(p1)), of(30, phone(p2))}
	h.advance(records)
	h.want("20[20] 30[30] ")
	if again := h.advance(records); len(again) != 0 {
		t.Error("nothing new, and yet", again)
	}

	// 10 comes later and bridges the two; the oldest names the customer.
	records = append(records, of(10, phone(p1), phone(p2)))
	merged := h.advance(records)
	h.want("20[20 30 10] ")
	if e := merged[1]; e.Kind != IdentityMerged || e.Customer != 20 || len(e.Parts) != 3 || len(e.Causes) != 2 || e.Causes[0].Kind != PhoneID {
		t.Errorf("%+v", e)
	}

	// By hand: it was the son's phone. Everybody is again who they were, and stays so
	// whatever comes.
	h.one(h.log.Undo(merged[1].Seq, "lin", day1))
	h.want("20[20] 30[30] 10[10] ")
	records = append(records, of(40, phone(p1)), of(50, phone(p2), union1("u5")))
	h.advance(records)
	// 40 and 50 hang on phones that two of the sides have: nobody knows whose.
	h.want("20[20] 30[30] 10[10] 40[40] 50[50] ")
	if _, err := h.log.Undo(merged[1].Seq, "lin", day1); !errors.Is(err, ErrDecision) {
		t.Error("undone twice:", err)
	}

	// Undoing is undone: identifiers decide again.
	undone := h.log.Last() - 1
	if h.events[undone-1].Kind != IdentitySeparated {
		t.Fatal(h.events[undone-1])
	}
	h.one(h.log.Undo(undone, "lin", day1))
	if _, err := h.log.Undo(undone, "lin", day1); !errors.Is(err, ErrEvent) {
		t.Error("withdrawn twice:", err)
	}
	h.advance(records)
	h.want("20[20] 30[30] 10[10] 40[40] 50[50] ") // u1 and u5 by way of 10: a conflict
	records[4].Identifiers = nil
	h.advance(records)
	h.want("20[20 30 10 40] 50[50] ")

	// Joined by hand, and taken back.
	h.one(h.log.Join([]int{50, 40}, "wei", day1))
	h.want("20[20 30 10 40 50] ")
	if len(h.advance(records)) != 0 {
		t.Error("a decision does not last")
	}
	if _, err := h.log.Separate([][]int{{40}, {50}}, "wei", day1); !errors.Is(err, ErrDecision) || !strings.Contains(err.Error(), fmt.Sprintf("events [%d] join", h.log.Last())) {
		t.Error(err)
	}
	h.one(h.log.Undo(h.log.Last(), "wei", day1))
	h.want("20[20 30 10 40] 50[50] ")

	// Told apart by hand; what is on no side stays with the oldest.
	h.one(h.log.Separate([][]int{{30}, {40}}, "wei", day1))
	h.want("20[20 10] 30[30] 40[40] 50[50] ")
	if _, err := h.log.Join([]int{30, 40}, "", day1); !errors.Is(err, ErrDecision) {
		t.Error(err)
	}

	// A record goes, and its customer takes the next name.
	h.one(h.log.Remove([]int{20}, day1))
	h.want("30[30] 10[10] 40[40] 50[50] ")
	if _, ok := h.log.Customer(20); ok || h.log.Len() != 4 || h.log.Members(20) != nil {
		t.Error("20 is still there")
	}
	// And comes back.
	h.advance([]record{of(20)})
	h.want("20[20] 30[30] 10[10] 40[40] 50[50] ")

	// The events, as the host stored them, make the same log.
	b, err := json.Marshal(h.events)
	if err != nil {
		t.Fatal(err)
	}
	var stored []IdentityEvent[int]
	if err := json.Unmarshal(b, &stored); err != nil {
		t.Fatal(err)
	}
	replayed := &history{t: t, log: newLog(t, stored...)}
	if replayed.now() != h.now() || !reflect.DeepEqual(replayed.log.Decisions(), h.log.Decisions()) || replayed.log.Last() != h.log.Last() {
		t.Error("replayed:", replayed.now())
	}
}

func TestAdvancePartial(t *testing.T) {
	h := newHistory(t, IdentityPreset())
	h.advance([]record{of(1, phone(p1)), of(2, phone(p1)), of(3, phone(p2))})
	_, err := h.log.Advance(resolve(t, h.rules, []record{of(1, phone(p1)), of(4)}), day1)
	if !errors.Is(err, ErrPartial) {
		t.Fatal(err)
	}
	// Those who are linked, and no one else.
	h.advance([]record{of(3, phone(p2)), of(4, phone(p2))})
	h.want("1[1 2] 3[3 4] ")
	// A phone that became a shop's: the customers fall apart again.
	var shop []record
	for k := range 6 {
		shop = append(shop, of(k+3, phone(p2)))
	}
	events := h.advance(shop)
	if len(events) != 2 || events[1].Kind != IdentitySplit {
		t.Errorf("%+v", events)
	}
	h.want("1[1 2] 3[3] 4[4] 5[5] 6[6] 7[7] 8[8] ")
	if _, err := h.log.Advance(resolve(t, h.rules, nil), time.Time{}); !errors.Is(err, ErrTime) {
		t.Error(err)
	}
}

// Decisions that the host keeps elsewhere are causes of a merge too.
func TestAdvanceByHand(t *testing.T) {
	h := newHistory(t, IdentityPreset())
	found := resolve(t, h.rules, []record{of(1, phone(p1)), of(2, phone(p1)), of(3), of(4)}, IdentityDecision[int]{[][]int{{4, 3, 2}}}, IdentityDecision[int]{[][]int{{9}}})
	events, err := h.log.Advance(found, day1)
	if err != nil {
		t.Fatal(err)
	}
	want := []IdentityCause[int]{{ByHand: true, Keys: []int{2, 3, 4}}, {Kind: PhoneID, Keys: []int{1, 2}}}
	if e := events[len(events)-1]; !reflect.DeepEqual(e.Causes, want) {
		t.Errorf("%+v", e.Causes)
	}
	h.apply(events...)
	h.want("1[1 2 3 4] ")
	if w := found.Why(1); len(w) != 2 || !w[0].ByHand || !slices.Equal(w[0].Keys, []int{2, 3, 4}) {
		t.Errorf("%+v", w)
	}
	for range found.All() {
		break
	}
	for range h.log.All() {
		break
	}
}

// Undoing all merges that later records brought gives back exactly the customers
// of before, in the log at once and by the identifiers for good; and the same
// events make the same log.
func TestUndoIsExact(t *testing.T) {
	merges, settled := 0, 0
	for seed := range uint64(1500) {
		g := rand.New(rand.NewPCG(seed, 3))
		h := newHistory(t, randomConfig(g))
		records, _ := randomRecords(g, 3+g.IntN(12))
		n := 1 + g.IntN(len(records))
		h.advance(records[:n])
		events := h.advance(records)
		if slices.ContainsFunc(events, func(e IdentityEvent[int]) bool { return e.Kind == IdentitySplit }) {
			continue
		}
		after := h.now()
		var seqs []int64
		for _, e := range events {
			if e.Kind == IdentityMerged {
				seqs = append(seqs, e.Seq)
			}
		}
		shuffle(g, seqs) // in any order
		for _, seq := range seqs {
			h.one(h.log.Undo(seq, "test", day1))
		}
		merges += len(seqs)
		alone := newHistory(t, IdentityPreset())
		for _, e := range h.events {
			if e.Kind == IdentityAdded || e.Seq < events0(events) {
				alone.apply(e.at(alone.log.Last() + 1))
			}
		}
		if h.now() != alone.now() {
			t.Fatalf("%d: %s\nundone %s\nwant %s", seed, after, h.now(), alone.now())
		}
		// The parts stay whole and apart. (Two parts of different merges may find each
		// other: what kept them apart was the customers that they were in.)
		undone := h.now()
		shuffle(g, records)
		h.advance(records)
		if len(seqs) == 1 && h.now() == undone {
			settled++
		}
		for _, seq := range seqs {
			var names []int
			for _, p := range h.log.undo[seq].Parts {
				for _, k := range p.Keys {
					if x, _ := h.log.Customer(k); x != mustCustomer(h.log, p.Customer) {
						t.Fatalf("%d: undone %s\nbut then %s", seed, undone, h.now())
					}
				}
				names = append(names, mustCustomer(h.log, p.Customer))
			}
			slices.Sort(names)
			if len(slices.Compact(names)) != len(h.log.undo[seq].Parts) {
				t.Fatalf("%d: undone %s\nbut then %s", seed, undone, h.now())
			}
		}
		// A decision taken back brings the merge back.
		for _, d := range slices.Clone(h.log.active) {
			h.one(h.log.Undo(d.seq, "test", day1))
		}
		h.advance(records)
		if h.now() != after {
			t.Fatalf("%d: taken back %s\nwant %s", seed, h.now(), after)
		}
		if r := (&history{t: t, log: newLog(t, h.events...)}); r.now() != h.now() {
			t.Fatalf("%d: replayed", seed)
		}
	}
	t.Log(merges, settled)
	if merges < 300 || settled < 100 {
		t.Error(merges, settled)
	}
}

func mustCustomer(l *IdentityLog[int], k int) int {
	c, ok := l.Customer(k)
	if !ok {
		panic(k)
	}
	return c
}

func events0(events []IdentityEvent[int]) int64 {
	if len(events) == 0 {
		return 1 << 62
	}
	return events[0].Seq
}

// at is the event at another place.
func (e IdentityEvent[K]) at(seq int64) IdentityEvent[K] {
	e.Seq = seq
	return e
}

// What does not follow is refused, and nothing changes.
func TestApplyBad(t *testing.T) {
	h := newHistory(t, IdentityPreset())
	h.advance([]record{of(1, phone(p1)), of(2, phone(p1)), of(3), of(4)})
	before, last := h.now(), h.log.Last()
	part := func(c int, keys ...int) IdentityPart[int] { return IdentityPart[int]{c, keys} }
	parts := func(p ...IdentityPart[int]) []IdentityPart[int] { return p }
	type event = IdentityEvent[int]
	cases := []struct {
		e       event
		err     error
		pointer string
	}{
		{event{Seq: last, Kind: IdentityAdded, Keys: []int{9}}, ErrEvent, "/seq"},
		{event{Kind: IdentityAdded, Keys: []int{9}, At: time.Unix(1<<60, 0)}, ErrTime, "/at"},
		{event{Kind: "born"}, ErrEvent, "/kind"},
		{event{Kind: IdentityAdded}, ErrEvent, "/keys"},
		{event{Kind: IdentityAdded, Keys: []int{9, 9}}, ErrDuplicate, "/keys/1"},
		{event{Kind: IdentityAdded, Keys: []int{9, 1}}, ErrDuplicate, "/keys/1"},
		{event{Kind: IdentityRemoved, Keys: []int{9}}, ErrUnknownKey, "/keys/0"},
		{event{Kind: IdentityRemoved}, ErrEvent, "/keys"},
		{event{Kind: IdentityMerged, Customer: 1}, ErrEvent, "/parts"},
		{event{Kind: IdentityMerged, Customer: 1, Parts: parts(part(1, 1, 2))}, ErrEvent, "/parts"},
		{event{Kind: IdentityMerged, Customer: 1, Parts: parts(part(1, 1), part(3, 3))}, ErrEvent, "/parts/0"},
		{event{Kind: IdentityMerged, Customer: 1, Parts: parts(part(1, 1, 3), part(4, 4))}, ErrEvent, "/parts/0"},
		{event{Kind: IdentityMerged, Customer: 1, Parts: parts(part(1, 1, 2), part(9, 9))}, ErrUnknownKey, "/parts/1/keys/0"},
		{event{Kind: IdentityMerged, Customer: 1, Parts: parts(part(1, 1, 2), part(1, 1, 2))}, ErrDuplicate, "/parts/1/keys/0"},
		{event{Kind: IdentityMerged, Customer: 3, Parts: parts(part(1, 1, 2), part(3, 3))}, ErrEvent, "/customer"},
		{event{Kind: IdentityMerged, Customer: 1, Parts: parts(part(2, 1, 2), part(3, 3))}, ErrEvent, "/parts/0/customer"},
		{event{Kind: IdentityMerged, Customer: 1, Parts: parts(part(1), part(3, 3))}, ErrEvent, "/parts/0/keys"},
		{event{Kind: IdentityJoined, Customer: 3, Keys: []int{3, 1}, Parts: parts(part(3, 3), part(4, 4))}, ErrEvent, "/keys/1"},
		{event{Kind: IdentityJoined, Customer: 3, Parts: parts(part(3, 3), part(4, 4))}, ErrEvent, "/keys"},
		{event{Kind: IdentitySplit, Customer: 9, Parts: parts(part(1, 1), part(2, 2))}, ErrUnknownKey, "/customer"},
		{event{Kind: IdentitySplit, Customer: 2, Parts: parts(part(1, 1), part(2, 2))}, ErrEvent, "/customer"},
		{event{Kind: IdentitySplit, Customer: 1, Parts: parts(part(1, 1))}, ErrEvent, "/parts"},
		{event{Kind: IdentitySplit, Customer: 1, Parts: parts(part(1, 1), part(3, 3))}, ErrEvent, "/parts/1/keys/0"},
		{event{Kind: IdentityWithdrawn, Of: 1}, ErrEvent, "/of"},
	}
	for i, c := range cases {
		if c.e.Seq == 0 {
			c.e.Seq = last + 1
		}
		if c.e.At.IsZero() {
			c.e.At = day1
		}
		err := h.log.Apply(c.e)
		var fe *guanxi.FieldError
		if !errors.Is(err, c.err) || !errors.As(err, &fe) || fe.Pointer != c.pointer {
			t.Errorf("%d: %v, want %v at %s", i, err, c.err, c.pointer)
		}
		if h.now() != before || h.log.Last() != last {
			t.Fatalf("%d: it changed the log", i)
		}
	}
	for _, err := range []error{
		second(h.log.Join([]int{3, 9}, "", day1)), second(h.log.Separate([][]int{{1}, {9}}, "", day1)), second(h.log.Remove([]int{9}, day1)),
	} {
		if !errors.Is(err, ErrUnknownKey) {
			t.Error(err)
		}
	}
	for _, err := range []error{
		second(h.log.Join([]int{3, 3}, "", day1)), second(h.log.Separate([][]int{{1}, {1}}, "", day1)),
	} {
		if !errors.Is(err, ErrDuplicate) {
			t.Error(err)
		}
	}
	for _, err := range []error{
		second(h.log.Join([]int{3, 4}, "", time.Time{})), second(h.log.Separate([][]int{{1}, {2}}, "", time.Time{})), second(h.log.Remove([]int{1}, time.Time{})),
	} {
		if !errors.Is(err, ErrTime) {
			t.Error(err)
		}
	}
	for _, err := range []error{
		second(h.log.Separate([][]int{{1}}, "", day1)), second(h.log.Separate([][]int{{1}, {3}}, "", day1)),
	} {
		if !errors.Is(err, ErrDecision) {
			t.Error(err)
		}
	}
	if _, err := h.log.Join([]int{3}, "", day1); !errors.Is(err, ErrEvent) {
		t.Error(err)
	}
	if _, err := h.log.Undo(99, "", day1); !errors.Is(err, ErrEvent) {
		t.Error(err)
	}
	if _, err := NewIdentityLog(guanxi.IntKey[int](), slices.Values([]IdentityEvent[int]{{Seq: 2}})); !errors.Is(err, ErrEvent) {
		t.Error(err)
	}
	if l, err := NewIdentityLog[int](guanxi.IntKey[int](), nil); err != nil || l.Len() != 0 {
		t.Error(err)
	}
}

func second[A any](_ A, err error) error { return err }
