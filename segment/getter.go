package segment

import "time"

// presence returns whether a customer has a value of the attribute f.
func presence[T any](f *fieldDef) func(*T) bool {
	switch get := f.get.(type) {
	case func(*T) (int64, bool):
		return func(c *T) bool { _, ok := get(c); return ok }
	case func(*T) (time.Time, bool):
		return func(c *T) bool { _, ok := get(c); return ok }
	case func(*T) (Date, bool):
		return func(c *T) bool { _, ok := get(c); return ok }
	case func(*T) (bool, bool):
		return func(c *T) bool { _, ok := get(c); return ok }
	case func(*T) (string, bool):
		return func(c *T) bool { _, ok := get(c); return ok }
	case func(*T) ([]string, bool):
		return func(c *T) bool { tags, ok := get(c); return ok && len(tags) > 0 }
	}
	return func(*T) bool { return false }
}

// number returns the getter of an attribute in the form in which it is compared;
// nil of text, tags and events.
func number[T any](f *fieldDef) func(*T) (int64, bool) {
	switch get := f.get.(type) {
	case func(*T) (int64, bool):
		return get
	case func(*T) (time.Time, bool):
		return func(c *T) (int64, bool) { t, ok := get(c); return micros(t), ok }
	case func(*T) (Date, bool):
		return func(c *T) (int64, bool) { d, ok := get(c); return int64(d), ok }
	case func(*T) (bool, bool):
		return func(c *T) (int64, bool) {
			b, ok := get(c)
			if b {
				return 1, ok
			}
			return 0, ok
		}
	}
	return nil
}

// text returns the getter of a text attribute.
func textOf[T any](f *fieldDef) func(*T) (string, bool) {
	get, _ := f.get.(func(*T) (string, bool))
	return get
}

// atomFunc returns the answer of one bound atom, its negation not applied.
func atomFunc[T any](a *atom) func(*T) bool {
	return newProgram[T](&node{kind: nodeLeaf, atom: a}).match
}
