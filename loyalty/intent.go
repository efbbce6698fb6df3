package loyalty

import "time"

// The intent of a command is what it asks for: every field but the key, the time and
// the note, which a retry may word anew. The member is part of it, see DecideInto.

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return appendBool(b, false)
	}
	return appendInt(appendBool(b, true), InstantOf(t))
}

func (c *Earn) intent(b []byte) []byte {
	o := &c.Order
	b = appendText(append(b, 1), o.ID)
	b = appendText(appendText(b, o.Channel), o.Currency)
	b = appendTexts(b, o.Segments)
	b = appendLen(b, len(o.Lines))
	for i := range o.Lines {
		l := &o.Lines[i]
		b = appendTexts(appendText(b, l.ID), l.Groups)
		b = appendDecimal(appendInt(b, l.Quantity), l.Amount)
		b = appendBool(b, l.Discounted)
	}
	return appendDecimal(b, o.ByPoints)
}

func (c *Act) intent(b []byte) []byte {
	return appendText(appendText(append(b, 2), c.Activity), c.Ref)
}

func (c *Refer) intent(b []byte) []byte {
	b = appendText(appendText(append(b, 3), c.Side), c.Friend)
	if c.Purchase != nil {
		b = appendText(b, c.Purchase.ID)
	}
	return b
}

func (c *Activate) intent(b []byte) []byte { return appendText(append(b, 4), c.Order) }

func (c *Redeem) intent(b []byte) []byte { return c.Spend.append(append(b, 5)) }

func (s *Spend) append(b []byte) []byte {
	b = appendInt(appendText(b, s.Reward), s.Quantity)
	b = appendText(appendText(appendText(b, s.Payment), s.Stored), s.Kind)
	b = appendDecimal(appendInt(b, s.Points), s.Amount)
	return appendText(appendTexts(b, s.Segments), s.Order)
}

func (c *Place) intent(b []byte) []byte {
	return appendTime(c.Spend.append(appendText(append(b, 6), c.Hold)), c.Until)
}

func (c *Capture) intent(b []byte) []byte {
	return appendBool(appendInt(appendText(append(b, 7), c.Hold), c.Points), c.Keep)
}

func (c *Void) intent(b []byte) []byte { return appendText(append(b, 8), c.Hold) }

func (c *Refund) intent(b []byte) []byte {
	b = appendText(appendText(append(b, 9), c.Order), c.Refund)
	b = appendLen(b, len(c.Lines))
	for i := range c.Lines {
		l := &c.Lines[i]
		b = appendInt(appendDecimal(appendText(b, l.Line), l.Amount), l.Quantity)
	}
	return b
}

func (c *Return) intent(b []byte) []byte {
	return appendInt(appendText(append(b, 10), c.Redemption), c.Points)
}

func (c *Sweep) intent(b []byte) []byte { return appendInt(append(b, 11), int64(c.Max)) }

func (c *Extend) intent(b []byte) []byte {
	b = appendLen(append(b, 12), len(c.Lots))
	for _, id := range c.Lots {
		b = appendInt(b, id)
	}
	return appendTime(appendText(b, c.Kind), c.Until)
}

func (c *Adjust) intent(b []byte) []byte {
	return appendTime(appendInt(appendText(append(b, 13), c.Kind), c.Points), c.Expire)
}

func (c *Send) intent(b []byte) []byte {
	return appendInt(appendText(appendText(append(b, 14), c.To), c.Kind), c.Points)
}

func (c *Receive) intent(b []byte) []byte { return c.Parcel.append(append(b, 15)) }

func (c *Donate) intent(b []byte) []byte {
	return appendInt(appendText(appendText(append(b, 16), c.Cause), c.Kind), c.Points)
}

func (c *MergeOut) intent(b []byte) []byte { return appendText(append(b, 17), c.Into) }

func (c *Close) intent(b []byte) []byte { return appendBool(append(b, 18), c.Forfeit) }

func (c *Freeze) intent(b []byte) []byte { return append(b, 19) }

func (c *Thaw) intent(b []byte) []byte { return append(b, 20) }

func (c *SetTier) intent(b []byte) []byte { return c.Grant.append(append(b, 21)) }
