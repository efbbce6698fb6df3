package main

import (
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/segment"
)

// column holds the values of one field, of row after row. Different texts are
// held once.
type column struct {
	fieldConfig
	place   int     // in the rows of the file
	numbers []int64 // whole numbers, units of decimals, days, microseconds, 0 and 1
	missing []bool  // beside numbers
	codes   []int32 // of text and tags: an index into texts or sets; -1 is missing
	texts   []string
	sets    [][]string
	known   map[string]int32 // code by cell
	commas  bool             // a comma stands in some text
}

// places is the number of decimal places.
func (c *column) places() int {
	if c.Decimals != nil {
		return *c.Decimals
	}
	return defaultDecimals
}

// add reads the cell of the next row. Text is taken byte by byte; around anything
// else spaces do not matter. It takes a place also where the cell is refused.
func (c *column) add(cell string, loc *time.Location) error {
	switch c.Type {
	case segment.StringType, segment.TagsType:
		c.codes = append(c.codes, c.code(cell))
		return nil
	}
	cell = strings.TrimSpace(cell)
	var v int64
	var err error
	switch {
	case cell == "":
	case c.Type == segment.IntType:
		v, err = parseWhole(cell)
	case c.Type == segment.DecimalType:
		v, err = parseDecimal(cell, c.places())
	case c.Type == segment.BoolType:
		v, err = parseBool(cell)
	case c.Type == segment.DateType:
		v, err = parseDay(cell)
	default:
		var t time.Time
		t, err = parseInstant(cell, loc)
		v = t.UnixMicro()
	}
	c.numbers, c.missing = append(c.numbers, v), append(c.missing, cell == "")
	return err
}

// code numbers the different cells of text. Of tags, nothing between two bars is
// no tag.
func (c *column) code(cell string) int32 {
	if cell == "" {
		return -1
	}
	if n, ok := c.known[cell]; ok {
		return n
	}
	if c.known == nil {
		c.known = map[string]int32{}
	}
	cell = strings.Clone(cell) // it is a part of a longer row
	n := int32(len(c.known))
	c.known[cell] = n
	c.commas = c.commas || strings.Contains(cell, ",")
	if c.Type == segment.StringType {
		c.texts = append(c.texts, cell)
		return n
	}
	var tags []string
	for tag := range strings.SplitSeq(cell, "|") {
		if tag != "" {
			tags = append(tags, tag)
		}
	}
	c.sets = append(c.sets, tags)
	return n
}

// The getters of the schema.

func (c *column) text(p *person) (string, bool) {
	if n := c.codes[*p]; n >= 0 {
		return c.texts[n], true
	}
	return "", false
}

func (c *column) tags(p *person) ([]string, bool) {
	if n := c.codes[*p]; n >= 0 {
		return c.sets[n], true
	}
	return nil, false
}

func (c *column) number(p *person) (int64, bool) { return c.numbers[*p], !c.missing[*p] }

func (c *column) yes(p *person) (bool, bool) { return c.numbers[*p] != 0, !c.missing[*p] }

func (c *column) day(p *person) (segment.Date, bool) {
	return segment.Date(c.numbers[*p]), !c.missing[*p]
}

func (c *column) instant(p *person) (time.Time, bool) {
	return time.UnixMicro(c.numbers[*p]), !c.missing[*p]
}

// latest is the latest time or day of the column, which is its beginning in loc.
func (c *column) latest(loc *time.Location) (last time.Time, ok bool) {
	if c.Type != segment.InstantType && c.Type != segment.DateType {
		return last, false
	}
	var most int64
	for i, v := range c.numbers {
		if !c.missing[i] && (!ok || v > most) {
			most, ok = v, true
		}
	}
	if c.Type == segment.InstantType {
		return time.UnixMicro(most), ok
	}
	y, m, d := segment.Date(most).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc), ok
}
