package segment

import (
	"encoding/binary"
	"time"
)

// appendKey appends bytes that are equal for two atoms of one schema if and only
// if both ask the same, so that rules may share the answer. Of bound atoms they
// hold the bounds. Two atoms that always answer the same may have different keys.
func (a *atom) appendKey(dst []byte) []byte {
	dst = appendText(dst, a.field.name)
	dst = append(dst, byte(a.op), flags(a.loOpen, a.hiOpen, a.agg != nil))
	dst = binary.AppendVarint(binary.AppendVarint(dst, a.lo), a.hi)
	dst = binary.AppendUvarint(dst, uint64(len(a.ints)))
	for _, v := range a.ints {
		dst = binary.AppendVarint(dst, v)
	}
	dst = binary.AppendUvarint(dst, uint64(len(a.strs)))
	for _, s := range a.strs {
		dst = appendText(dst, s)
	}
	dst = a.win.appendKey(dst)
	if a.agg == nil {
		return dst
	}
	return a.agg.appendKey(dst)
}

// appendKey appends the same for an aggregate: equal bytes compute the same.
func (g *aggAtom) appendKey(dst []byte) []byte {
	dst = append(dst, byte(g.fn), flags(g.of != nil, g.by != nil, g.filter != nil, g.then != nil, g.cal != nil))
	for _, f := range []*fieldDef{g.of, g.by} {
		if f != nil {
			dst = appendText(dst, f.name)
		}
	}
	for _, v := range []int64{int64(g.topN), g.gap, g.from, g.to} {
		dst = binary.AppendVarint(dst, v)
	}
	dst = g.win.appendKey(dst)
	for _, n := range []*node{g.filter, g.then} {
		if n != nil {
			dst = n.appendKey(dst)
		}
	}
	if g.cal != nil {
		// Two fixed zones may have one name.
		_, offset := time.UnixMicro(g.cal.now).In(g.cal.loc).Zone()
		dst = binary.AppendVarint(appendText(dst, g.cal.loc.String()), int64(offset))
	}
	return dst
}

// appendKey appends the same for a tree. The order of groups matters.
func (n *node) appendKey(dst []byte) []byte {
	dst = append(dst, byte(n.kind), flags(n.neg))
	if n.kind == nodeLeaf {
		return n.atom.appendKey(dst)
	}
	dst = binary.AppendUvarint(dst, uint64(len(n.kids)))
	for _, k := range n.kids {
		dst = k.appendKey(dst)
	}
	return dst
}

func (w Window) appendKey(dst []byte) []byte {
	return appendText(binary.AppendVarint(dst, int64(w.N)), string(w.Unit))
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func flags(bits ...bool) byte {
	var b byte
	for i, v := range bits {
		if v {
			b |= 1 << i
		}
	}
	return b
}
