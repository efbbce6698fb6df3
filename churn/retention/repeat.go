package retention

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/internal/table"
)

// Again says what a repurchase is.
type Again string

const (
	SecondOrder Again = "second_order" // a second order in the period; the default
	AnotherDay  Again = "another_day"  // an order on another calendar day: one basket split in two is none
)

// Label returns the name of a that is shown to people.
func (a Again) Label(lang guanxi.Lang) string {
	switch a {
	case SecondOrder, "":
		return guanxi.Text{EN: "A second order", ZH: "再次下单"}.In(lang)
	case AnotherDay:
		return guanxi.Text{EN: "An order on another day", ZH: "隔日再购"}.In(lang)
	}
	return string(a)
}

// RepeatConfig says whose repurchase is counted: orders in [From, To). Fields
// in JSON are in lower_snake.
type RepeatConfig struct {
	From     time.Time      // no default
	To       time.Time      // no default
	Location *time.Location // where days begin, for AnotherDay; nil is UTC
	Again    Again          // "" is SecondOrder
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c RepeatConfig) Validate() error {
	_, err1 := micro(c.From)
	_, err2 := micro(c.To)
	if err1 == nil && err2 == nil && !c.From.Before(c.To) {
		err2 = fmt.Errorf("%w: not after from", ErrOption)
	}
	errs := []error{placed(err1, "from"), placed(err2, "to"), placed(civil.CheckZone(c.Location, ErrOption), "location")}
	switch c.Again {
	case "", SecondOrder, AnotherDay:
	default:
		errs = append(errs, at(fmt.Errorf("%w: %.32q is no repurchase", ErrOption, string(c.Again)), "again"))
	}
	return strict.Join(errs...)
}

// Order is one order of a customer in a region, a store or a channel.
type Order[K comparable] struct {
	Customer K
	At       time.Time
	Group    string // of the order; "" is a group too
}

// Repeats counts, by group, the customers of a period and those of them who
// bought again in it. A customer belongs to the group of their first order in
// the period (of two at one instant, the group with the lesser name), so that
// groups add up to the whole. The order of arrival does not matter. Not safe for
// concurrent use: use one per goroutine and Merge.
type Repeats[K comparable] struct {
	cfg      RepeatConfig
	from, to int64
	seed     uint64
	key      guanxi.Key[K]
	tab      table.Table[K, buyer]
	outside  int64
}

type buyer struct {
	first, last int64
	group       string
	orders      int64
}

// NewRepeats returns an empty accumulator, or every fault of cfg.
func NewRepeats[K comparable](key guanxi.Key[K], cfg RepeatConfig) (*Repeats[K], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("retention: config: %w", err)
	}
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	if cfg.Again == "" {
		cfg.Again = SecondOrder
	}
	return &Repeats[K]{cfg: cfg, from: cfg.From.UnixMicro(), to: cfg.To.UnixMicro(), seed: rand.Uint64(),
		key: key}, nil
}

// Len returns the number of customers.
func (r *Repeats[K]) Len() int { return len(r.tab.Rows) }

// Outside returns how many orders outside the period were left out.
func (r *Repeats[K]) Outside() int64 { return r.outside }

// Reset empties the accumulator and keeps its memory.
func (r *Repeats[K]) Reset() {
	r.tab.Reset()
	r.outside = 0
}

// Add adds one order; one outside the period is left out and counted. Errors:
// ErrCustomer at /customer, ErrTime at /at; nothing has changed then.
func (r *Repeats[K]) Add(o Order[K]) error {
	var zero K
	us, err := micro(o.At)
	err = placed(err, "at")
	if o.Customer == zero {
		err = strict.Join(at(ErrCustomer, "customer"), err)
	}
	if err != nil {
		return wrap(err)
	}
	if us < r.from || us >= r.to {
		r.outside++
		return nil
	}
	r.put(o.Customer, buyer{us, us, o.Group, 1})
	return nil
}

func (r *Repeats[K]) put(k K, b buyer) {
	r.tab.Reserve(1)
	n := len(r.tab.Rows)
	ord := r.tab.Ordinal(r.key.Hash(r.seed, k), k)
	row := &r.tab.Rows[ord].Row
	if len(r.tab.Rows) > n {
		*row = b
		return
	}
	if b.first < row.first || b.first == row.first && b.group < row.group {
		row.first, row.group = b.first, b.group
	}
	row.last = max(row.last, b.last)
	row.orders += b.orders
}

// Merge adds what o holds, as if its orders had been added here; o stays as it
// is. Another config, or r itself, is ErrMismatch.
func (r *Repeats[K]) Merge(o *Repeats[K]) error {
	rz, _ := civil.ZoneName(r.cfg.Location)
	oz, _ := civil.ZoneName(o.cfg.Location)
	if r == o || r.from != o.from || r.to != o.to || r.cfg.Again != o.cfg.Again || rz != oz {
		return fmt.Errorf("retention: merge: %w", ErrMismatch)
	}
	for i := range o.tab.Rows {
		r.put(o.tab.Rows[i].Key, o.tab.Rows[i].Row)
	}
	r.outside += o.outside
	return nil
}

// Group is the repurchase of one group: Of customers, Hits of them bought again.
type Group struct {
	Name string `json:"name"`
	Share
}

// Groups returns every group that has customers, by name.
// Cost: O(customers + groups · log groups).
func (r *Repeats[K]) Groups() []Group {
	index := make(map[string]int)
	cal := civil.New(r.cfg.Location)
	var groups []Group
	for i := range r.tab.Rows {
		b := &r.tab.Rows[i].Row
		g, ok := index[b.group]
		if !ok {
			g = len(groups)
			index[b.group] = g
			groups = append(groups, Group{Name: b.group})
		}
		groups[g].Of++
		if r.again(b, &cal) {
			groups[g].Hits++
		}
	}
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return groups
}

func (r *Repeats[K]) again(b *buyer, cal *civil.Calendar) bool {
	if r.cfg.Again == SecondOrder {
		return b.orders > 1
	}
	return b.first != b.last && cal.Day(b.first) != cal.Day(b.last)
}
