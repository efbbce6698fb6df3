package loyalty

import "math/bits"

// The first byte of an encoded TierState.
const (
	tierZeroEncoding = 0
	tierPartEncoding = 2 // of a Part that has nothing else
	tierEncoding     = 3
)

// AppendBinary appends s in its one encoding, which every later version reads.
func (s TierState) AppendBinary(b []byte) ([]byte, error) { return s.append(b), nil }

// UnmarshalBinary reads what AppendBinary wrote; anything else is ErrFormat, and s
// is unchanged.
func (s *TierState) UnmarshalBinary(data []byte) error {
	r := &reader{b: data}
	var v TierState
	v.read(r)
	if err := r.end(); err != nil {
		return err
	}
	*s = v
	return nil
}

// What of a state there is besides.
const (
	tierHasPast = 1 << iota
	tierHasLock
	tierHasTerms
	tierHasDays
	tierHasSteps
	tierHasVerdict
	tierHasDue
	tierIsPart
)

// What there is besides, in a second byte.
const (
	tierHasSpared = 1 << iota
	tierHasLow

	tierHasMore = 1<<iota - 1
)

func (s *TierState) append(b []byte) []byte {
	switch {
	case s.Part && s.bare():
		return s.appendDays(s.Now.Growth.append(append(b, tierPartEncoding)))
	case s.bare() && s.Now.Growth == TierSums{} && len(s.Days) == 0 && s.Gone == 0:
		return append(b, tierZeroEncoding)
	}
	b = append(b, tierEncoding)
	b = appendText(b, s.Tier)
	has := byte(0)
	set := func(bit byte, v bool) {
		if v {
			has |= bit
		}
	}
	p := &s.Past
	set(tierHasPast, !p.none())
	set(tierHasLock, s.Lock != "" || s.LockEnd != 0)
	set(tierHasTerms, len(s.Terms) > 0)
	set(tierHasDays, len(s.Days) > 0 || s.Gone != 0)
	set(tierHasSteps, len(s.Steps) > 0)
	set(tierHasVerdict, s.Verdict != VerdictKept || s.Grace != 0 || s.Rest != 0)
	set(tierHasDue, s.Due != 0)
	set(tierIsPart, s.Part)
	more := byte(0)
	if !s.Spared.none() {
		more |= tierHasSpared
	}
	if s.Low != 0 {
		more |= tierHasLow
	}
	b = append(b, has, more)
	b = appendText(appendInt(appendInt(b, s.Since), s.Joined), s.Reason)
	b = appendText(b, s.Mode)
	n := len(s.Kinds)
	for n > 0 && s.Kinds[n-1] == "" {
		n--
	}
	b = append(b, byte(n))
	for _, k := range s.Kinds[:n] {
		b = appendText(b, k)
	}
	b = appendInt(s.Now.append(b), s.Review)
	if has&tierHasDue != 0 {
		b = appendInt(b, s.Due-s.Review)
	}
	if has&tierHasVerdict != 0 {
		b = appendInt(appendInt(appendText(b, s.Verdict), s.Grace), s.Rest)
	}
	if more&tierHasSpared != 0 {
		b = s.Spared.append(b)
	}
	if more&tierHasLow != 0 {
		b = appendInt(b, s.Low)
	}
	if has&tierHasPast != 0 {
		b = p.append(b)
	}
	if has&tierHasLock != 0 {
		b = appendInt(appendText(b, s.Lock), s.LockEnd)
	}
	if has&tierHasTerms != 0 {
		b = appendLen(b, len(s.Terms))
		for i := range s.Terms {
			t := &s.Terms[i]
			b = appendInt(appendInt(appendBool(appendText(b, t.Tier), t.Paid), t.From), t.Until)
			b = appendInt(appendInt(appendInt(b, int64(t.Months)), int64(t.Days)), t.Clock)
		}
	}
	if has&tierHasDays != 0 {
		b = s.appendDays(b)
	}
	if has&tierHasSteps != 0 {
		b = appendLen(b, len(s.Steps))
		for _, t := range s.Steps {
			b = appendText(appendInt(appendText(appendText(b, t.From), t.To), t.At), t.Reason)
		}
	}
	return b
}

// bare reports whether s has nothing but what a Part has.
func (s *TierState) bare() bool {
	c := &s.Now
	return s.Tier == "" && s.Since == 0 && s.Reason == "" && s.Joined == 0 && s.Mode == "" && s.Kinds == [MaxTierKinds]Kind{} &&
		c.From == 0 && c.Base == "" && len(c.Reached) == 0 && c.Taken == TierSums{} && c.Land == "" && s.Review == 0 && s.Due == 0 &&
		s.Verdict == VerdictKept && s.Grace == 0 && s.Rest == 0 && s.Spared.none() && s.Low == 0 && s.Past.none() && s.Lock == "" && s.LockEnd == 0 && len(s.Terms) == 0 && len(s.Steps) == 0
}

func (c *TierCycle) none() bool {
	return c.From == 0 && c.Base == "" && len(c.Reached) == 0 && c.Growth == TierSums{} && c.Taken == TierSums{} && c.Land == ""
}

func (t *TierReach) none() bool { return *t == TierReach{} }

func (s *TierState) appendDays(b []byte) []byte {
	b = appendLen(appendInt(b, s.Gone), len(s.Days))
	for i := range s.Days {
		b = s.Days[i].Growth.append(appendInt(b, s.Days[i].Day))
	}
	return b
}

func (s *TierState) readDays(r *reader) {
	s.Gone = r.int32()
	s.Days = list(r, func(d *TierDay) {
		d.Day = r.int32()
		d.Growth.read(r)
	})
}

func (c *TierCycle) append(b []byte) []byte {
	b = c.Growth.append(appendText(appendInt(b, c.From), c.Base))
	b = appendText(c.Taken.append(b), c.Land)
	b = appendLen(b, len(c.Reached))
	for i := range c.Reached {
		b = c.Reached[i].append(b)
	}
	return b
}

func (t *TierReach) append(b []byte) []byte {
	b = t.Had.append(appendInt(appendText(b, t.Tier), t.At))
	return appendInt(appendInt(b, t.Grace), t.Rest)
}

func (t *TierReach) read(r *reader) {
	t.Tier, t.At = r.text(), r.instant()
	t.Had.read(r)
	t.Grace, t.Rest = r.instant(), r.instant()
}

// append writes which are not 0, and those.
func (v *TierSums) append(b []byte) []byte {
	mask := byte(0)
	for i, n := range v {
		if n != 0 {
			mask |= 1 << i
		}
	}
	b = append(b, mask)
	for _, n := range v {
		if n != 0 {
			b = appendInt(b, n)
		}
	}
	return b
}

func (s *TierState) read(r *reader) {
	switch v := r.byte(); v {
	case tierZeroEncoding:
		return
	case tierEncoding:
	case tierPartEncoding:
		s.Part = true
		s.Now.Growth.read(r)
		s.readDays(r)
		s.check(r)
		return
	default:
		r.fail("version %d of tiers", v)
		return
	}
	s.Tier = r.text()
	has, more := r.byte(), r.byte()
	if more&^tierHasMore != 0 {
		r.fail("parts %b of a tier", more)
	}
	s.Part = has&tierIsPart != 0
	s.Since, s.Joined, s.Reason, s.Mode = r.instant(), r.instant(), TierReason(r.text()), TierMode(r.text())
	n := int(r.byte())
	if n > len(s.Kinds) {
		r.fail("%d kinds that count for tiers", n)
		return
	}
	for i := range n {
		s.Kinds[i] = r.kind()
	}
	if n > 0 && s.Kinds[n-1] == "" {
		r.fail("a kind without a name")
	}
	s.Now.read(r)
	s.Review = r.instant()
	empty := false
	if has&tierHasDue != 0 {
		s.Due = s.Review + r.instant()
		empty = s.Due == 0
	}
	if has&tierHasVerdict != 0 {
		s.Verdict, s.Grace, s.Rest = TierVerdict(r.text()), r.instant(), r.instant()
		empty = empty || s.Verdict == VerdictKept && s.Grace == 0 && s.Rest == 0
	}
	if more&tierHasSpared != 0 {
		s.Spared.read(r)
		empty = empty || s.Spared.none()
	}
	if more&tierHasLow != 0 {
		s.Low = r.int32()
		empty = empty || s.Low == 0
	}
	if has&tierHasPast != 0 {
		p := &s.Past
		p.read(r)
		empty = empty || p.none()
	}
	if has&tierHasLock != 0 {
		s.Lock, s.LockEnd = r.text(), r.instant()
		empty = empty || s.Lock == "" && s.LockEnd == 0
	}
	if has&tierHasTerms != 0 {
		s.Terms = list(r, func(t *TierTerm) {
			*t = TierTerm{r.text(), r.bool(), r.instant(), r.instant(), int(r.int32()), int(r.int32()), r.int()}
		})
		empty = empty || len(s.Terms) == 0
	}
	if has&tierHasDays != 0 {
		s.readDays(r)
		empty = empty || s.Gone == 0 && len(s.Days) == 0
	}
	if has&tierHasSteps != 0 {
		s.Steps = list(r, func(t *TierStep) { *t = TierStep{r.text(), r.text(), r.instant(), TierReason(r.text())} })
		empty = empty || len(s.Steps) == 0
	}
	if empty || s.bare() && (s.Part || s.Now.Growth == TierSums{} && len(s.Days) == 0 && s.Gone == 0) {
		r.fail("a part of a tier that is empty")
	}
	s.check(r)
}

// check refuses times outside the years, and days out of order.
func (s *TierState) check(r *reader) {
	at := []Instant{s.Since, s.Joined, s.Now.From, s.Review, s.Due, s.Grace, s.Rest, s.Past.From, s.Spared.At, Instant(s.Low) * dayMicros}
	for _, c := range []*TierCycle{&s.Now, &s.Past} {
		for i := range c.Reached {
			at = append(at, c.Reached[i].At, c.Reached[i].Grace, c.Reached[i].Rest)
		}
	}
	for i := range s.Terms {
		at = append(at, s.Terms[i].From)
		if s.Terms[i].Until != Never {
			at = append(at, s.Terms[i].Until)
		}
	}
	if s.LockEnd != Never {
		at = append(at, s.LockEnd)
	}
	for _, t := range at {
		if t < firstInstant || t > farInstant {
			r.fail("a time of a tier")
		}
	}
	for i := range s.Days {
		if d := s.Days[i].Day; !inYears(Instant(d)*dayMicros) || i > 0 && d <= s.Days[i-1].Day {
			r.fail("a day of a tier")
		}
		if d := &s.Days[i]; !s.Part && d.Day >= s.Low && d.Growth.negative() {
			r.fail("a day of a tier that is below 0")
		}
	}
}

func (c *TierCycle) read(r *reader) {
	c.From, c.Base = r.instant(), r.text()
	c.Growth.read(r)
	c.Taken.read(r)
	c.Land = r.text()
	c.Reached = list(r, func(v *TierReach) { v.read(r) })
}

func (v *TierSums) read(r *reader) {
	mask := r.byte()
	if bits.Len8(mask) > len(v) {
		r.fail("sums %b", mask)
		return
	}
	for i := range v {
		if mask>>i&1 != 0 {
			if v[i] = r.int(); v[i] == 0 {
				r.fail("a sum of 0")
				return
			}
		}
	}
}
