package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/samber/lo"
)

// eventColumn reads whether a customer left: where the column says a value, or
// where it says yes.
type eventColumn struct {
	name, value string // value "": 0 and 1, or true and false
	seen        []string
}

var errEvent = errors.New("neither 0 nor 1, nor true or false; -event COLUMN=VALUE names another value")

// maxSeen is how many different values an error names.
const maxSeen = 8

// parse reads a field; known is false for an empty one.
func (c *eventColumn) parse(s string) (left, known bool, err error) {
	if s == "" {
		return false, false, nil
	}
	if c.value == "" {
		switch x, err := number(s); {
		case err == nil && x == 0, strings.EqualFold(s, "false"):
			return false, true, nil
		case err == nil && x == 1, strings.EqualFold(s, "true"):
			return true, true, nil
		}
		return false, false, fmt.Errorf("%s %.40q: %w", c.name, s, errEvent)
	}
	if len(c.seen) < maxSeen && !lo.Contains(c.seen, s) {
		c.seen = append(c.seen, s)
	}
	return same(s, c.value), true, nil
}

// same reports whether two texts are equal, or are one number: 2 and 2.0.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := number(a)
	y, errY := number(b)
	return errX == nil && errY == nil && x == y
}

// check says what the column has instead where nobody left.
func (c *eventColumn) check(s *stays) error {
	if lo.Contains(s.data.Event, true) || len(c.seen) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s is never %q; it is %q", survival.ErrNoEvents, c.name, c.value, c.seen)
}
