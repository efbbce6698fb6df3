package loyalty

import "slices"

// Need is what of an account a command must find loaded. What is not asked for here
// is always there: totals for each burn key, pending totals, counters, open holds with
// their lots, the tier, debt and windows. The zero Need asks for no more.
type Need struct {
	Key        Key      // the receipt of this key, or that there is none
	Orders     []string // what is known of these orders, with the lots they opened, and their payments as Redemption says
	Redemption Key      // the uses of this redemption, with their lots
	Hold       string   // what became of this hold
	Lots       []LotID  // these lots
	// Keys, Redemptions and Holds are more of Key, Redemption and Hold: of several
	// commands at once.
	Keys, Redemptions []Key
	Holds             []string
	// Open asks, for each kind, for lots of which something remains and that expire
	// after At, in burn order (priority, expiry, id) until those available at At hold
	// so many points, or there are no more. At counts from Account.Last on.
	Open []KindPoints
	At   Instant
	All  bool // every lot of which something remains
	// Returnable asks for every redemption of which something may be given back, with its
	// lots. How many there are, the header knows.
	Returnable bool
}

// add joins what is needed for one more reason.
func (n *Need) open(k Kind, points Points) {
	for i := range n.Open {
		if n.Open[i].Kind == k {
			if n.Open[i].Points += points; n.Open[i].Points < 0 {
				n.Open[i].Points = everything
			}
			return
		}
	}
	n.Open = append(n.Open, KindPoints{k, points})
}

// everything asks for all open lots of a kind.
const everything Points = 1<<63 - 1

// Need returns what of the account must be loaded for a command. It may be less than
// what the command turns out to need: Decide then returns a *NeedError, which asks for
// all of it.
func (e *Engine) Need(cmd Command) Need {
	var n Need
	e.needInto(&n, cmd)
	return n
}

// needInto is Need into the memory that n has.
func (e *Engine) needInto(n *Need, cmd Command) {
	if noCommand(cmd) { // Decide says so
		*n = Need{Orders: n.Orders[:0], Lots: n.Lots[:0], Open: n.Open[:0]}
		return
	}
	h := cmd.Common()
	*n = Need{Key: h.Key, At: InstantOf(h.At), Orders: n.Orders[:0], Lots: n.Lots[:0], Open: n.Open[:0]}
	cmd.need(e.r, n)
}

// Join returns a need of all that n and m ask for.
func (n Need) Join(m Need) Need {
	n.Key, n.Keys = joinOne(n.Key, n.Keys, m.Key, m.Keys)
	n.Redemption, n.Redemptions = joinOne(n.Redemption, n.Redemptions, m.Redemption, m.Redemptions)
	n.Hold, n.Holds = joinOne(n.Hold, n.Holds, m.Hold, m.Holds)
	n.At, n.All, n.Returnable = max(n.At, m.At), n.All || m.All, n.Returnable || m.Returnable
	n.Orders = union(n.Orders, m.Orders)
	n.Lots = union(n.Lots, m.Lots)
	n.Open = slices.Clone(n.Open)
	for _, o := range m.Open {
		i := slices.IndexFunc(n.Open, func(k KindPoints) bool { return k.Kind == o.Kind })
		if i < 0 {
			n.Open = append(n.Open, o)
		} else {
			n.Open[i].Points = max(n.Open[i].Points, o.Points)
		}
	}
	return n
}

// joinOne puts into one place what fits there, and the rest into a list.
func joinOne[T ~string](one T, more []T, other T, others []T) (T, []T) {
	if one == "" {
		one, other = other, ""
	}
	if other != "" && other != one {
		more = union(more, []T{other})
	}
	if len(others) > 0 {
		more = union(more, others)
	}
	return one, more
}

func union[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
