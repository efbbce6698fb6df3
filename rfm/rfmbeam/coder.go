package rfmbeam

import (
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// Beam asks no type for a MarshalBinary: every coder is registered by name. Two
// instances of a generic function have one name, so the generic elements share
// the coder of an interface.
func init() {
	beam.RegisterType(reflect.TypeFor[element]())
	beam.RegisterCoder(reflect.TypeFor[element](), encodeElement, decodeElement)
	beam.RegisterType(reflect.TypeFor[Refusal]())
	beam.RegisterType(reflect.TypeFor[Lines]())
	beam.RegisterType(reflect.TypeFor[rfm.Fitter]())
	beam.RegisterCoder(reflect.TypeFor[*rfm.Fitter](), encodeFitter, decodeFitter)
	beam.RegisterType(reflect.TypeFor[rfm.Scale]())
	beam.RegisterCoder(reflect.TypeFor[*rfm.Scale](), encodeScale, decodeScale)
	beam.RegisterType(reflect.TypeFor[rfm.Table]())
	beam.RegisterCoder(reflect.TypeFor[*rfm.Table](), encodeTable, decodeTable)
}

// element is what crosses the runner and is this package's own.
type element interface {
	appendTo(dst []byte) ([]byte, error)
}

type decodable interface{ readFrom(r *reader) error }

func encodeElement(e element) ([]byte, error) { return e.appendTo(nil) }

func decodeElement(t reflect.Type, data []byte) (element, error) {
	p := reflect.New(t)
	d, ok := p.Interface().(decodable)
	if !ok {
		return nil, fmt.Errorf("rfmbeam: %w: %v", ErrFormat, t)
	}
	r := &reader{data: data}
	if err := d.readFrom(r); err != nil {
		return nil, err
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	return p.Elem().Interface().(element), nil
}

func encodeFitter(f *rfm.Fitter) ([]byte, error) { return f.MarshalBinary() }

func decodeFitter(data []byte) (*rfm.Fitter, error) {
	f := new(rfm.Fitter)
	return f, f.UnmarshalBinary(data)
}

func encodeScale(s *rfm.Scale) ([]byte, error) { return s.MarshalJSON() }

func decodeScale(data []byte) (*rfm.Scale, error) {
	s := new(rfm.Scale)
	return s, s.UnmarshalJSON(data)
}

func encodeTable(t *rfm.Table) ([]byte, error) { return t.MarshalBinary() }

func decodeTable(data []byte) (*rfm.Table, error) {
	t := new(rfm.Table)
	return t, t.UnmarshalBinary(data)
}

func (r Refusal) appendTo(dst []byte) ([]byte, error) { return appendRefusal(dst, r), nil }

func appendRefusal(dst []byte, r Refusal) []byte {
	dst = appendText(dst, r.Source)
	dst = binary.AppendVarint(dst, r.Row)
	return appendText(appendText(dst, r.Field), r.Reason)
}

func (r *Refusal) readFrom(d *reader) error {
	*r = d.refusal()
	return nil
}

func (r *reader) refusal() Refusal {
	return Refusal{Source: r.text(), Row: r.varint(), Field: r.text(), Reason: r.text()}
}

func (k Chunk[K]) appendTo(dst []byte) ([]byte, error) {
	key, err := keyOf[K]()
	if err != nil {
		return dst, err
	}
	dst = appendText(dst, k.Source)
	dst = binary.AppendVarint(dst, k.First)
	dst = appendSteps(dst, k.Numbers)
	dst = appendList(dst, k.Rows.Customer, key.Append)
	dst = appendSteps(dst, k.Rows.At)
	dst = appendList(dst, k.Rows.Amount, binary.AppendVarint)
	dst = appendList(dst, k.Rows.Order, appendText)
	dst = appendList(dst, k.Rows.Cost, binary.AppendVarint)
	dst = appendList(dst, k.Summaries, func(dst []byte, s rfm.Summary[K]) []byte {
		dst = binary.AppendVarint(key.Append(dst, s.Customer), s.Last.UnixMicro())
		return appendMoney(appendMoney(binary.AppendVarint(dst, s.Count), s.Sum), s.Cost)
	})
	dst = appendList(dst, k.Members, key.Append)
	dst = appendList(dst, k.Contacts, func(dst []byte, c Contact[K]) []byte {
		return binary.AppendVarint(key.Append(dst, c.Customer), c.At.UnixMicro())
	})
	return appendList(dst, k.Refused, appendRefusal), nil
}

func (k *Chunk[K]) readFrom(r *reader) error {
	key, err := keyOf[K]()
	if err != nil {
		return err
	}
	customer := func() K { return readKey(r, key) }
	k.Source, k.First, k.Numbers = r.text(), r.varint(), r.steps()
	k.Rows = rfm.Batch[K]{Customer: readList(r, customer), At: r.steps(), Amount: readList(r, r.varint),
		Order: r.texts(), Cost: readList(r, r.varint)}
	k.Summaries = readList(r, func() rfm.Summary[K] {
		return rfm.Summary[K]{Customer: customer(), Last: r.time(), Count: r.varint(), Sum: r.money(), Cost: r.money()}
	})
	k.Members = readList(r, customer)
	k.Contacts = readList(r, func() Contact[K] { return Contact[K]{Customer: customer(), At: r.time()} })
	k.Refused = readList(r, r.refusal)
	return nil
}

func (l Lines) appendTo(dst []byte) ([]byte, error) {
	dst = binary.AppendVarint(appendText(dst, l.Source), l.First)
	return append(binary.AppendUvarint(dst, uint64(len(l.Data))), l.Data...), nil
}

func (l *Lines) readFrom(r *reader) error {
	l.Source, l.First = r.text(), r.varint()
	l.Data = append([]byte(nil), r.bytes()...)
	return nil
}

func (c Scored[K]) appendTo(dst []byte) ([]byte, error) {
	key, err := keyOf[K]()
	if err != nil {
		return dst, err
	}
	dst = binary.AppendVarint(dst, int64(c.Shard))
	dst = appendList(dst, c.Customers, func(dst []byte, c rfm.Customer[K]) []byte {
		dst = key.Append(dst, c.Customer)
		dst = binary.AppendVarint(dst, int64(c.Values.Recency))
		dst = binary.AppendVarint(dst, c.Values.Frequency)
		dst = binary.AppendVarint(dst, c.Values.Monetary)
		prospect := byte(0)
		if c.Values.Prospect {
			prospect = 1
		}
		return appendText(append(dst, prospect, c.Score.R, c.Score.F, c.Score.M), c.Segment)
	})
	return appendNotes(dst, &c.Notes, key), nil
}

func (c *Scored[K]) readFrom(r *reader) error {
	key, err := keyOf[K]()
	if err != nil {
		return err
	}
	c.Shard = int(r.varint())
	names := map[string]string{} // a few segments, many customers
	c.Customers = readList(r, func() rfm.Customer[K] {
		c := rfm.Customer[K]{Customer: readKey(r, key)}
		c.Values = rfm.Values{Recency: int(r.varint()), Frequency: r.varint(), Monetary: r.varint()}
		if len(r.data) < 4 {
			r.fail()
			return c
		}
		c.Values.Prospect = r.data[0] != 0
		c.Score = rfm.Score{R: r.data[1], F: r.data[2], M: r.data[3]}
		r.data = r.data[4:]
		name := r.bytes()
		known, ok := names[string(name)]
		if !ok {
			known = string(name)
			names[known] = known
		}
		c.Segment = known
		return c
	})
	c.Notes = readNotes(r, key)
	return nil
}

func appendNotes[K comparable](dst []byte, n *rfm.Notes[K], key guanxi.Key[K]) []byte {
	for _, v := range [5]int{n.After, n.Zero, n.Undone, n.OverRefunded, n.Duplicates} {
		dst = binary.AppendVarint(dst, int64(v))
	}
	return appendList(dst, n.Pending, func(dst []byte, p rfm.PendingRefund[K]) []byte {
		dst = appendText(key.Append(dst, p.Customer), p.Order)
		return appendMoney(binary.AppendVarint(dst, p.At.UnixMicro()), p.Amount)
	})
}

func readNotes[K comparable](r *reader, key guanxi.Key[K]) rfm.Notes[K] {
	n := rfm.Notes[K]{After: int(r.varint()), Zero: int(r.varint()), Undone: int(r.varint()),
		OverRefunded: int(r.varint()), Duplicates: int(r.varint())}
	n.Pending = readList(r, func() rfm.PendingRefund[K] {
		return rfm.PendingRefund[K]{Customer: readKey(r, key), Order: r.text(), At: r.time(), Amount: r.money()}
	})
	return n
}

func (c Rows[K]) appendTo(dst []byte) ([]byte, error) {
	key, err := keyOf[K]()
	if err != nil {
		return dst, err
	}
	t := &c.Customers
	dst = binary.AppendVarint(dst, int64(c.Shard))
	dst = appendText(dst, string(t.Unit))
	dst = appendList(dst, t.Keys, key.Append)
	dst = appendList(dst, t.List, func(dst []byte, r clv.Row) []byte {
		dst = binary.AppendVarint(dst, int64(r.Frequency))
		return appendFloat(appendFloat(appendFloat(dst, r.LastPurchaseAge), r.Age), r.Value)
	})
	dst = appendList(dst, t.HoldOut, func(dst []byte, h clv.HoldOut) []byte {
		return appendFloat(binary.AppendVarint(dst, int64(h.Frequency)), h.Value)
	})
	dst = appendFloat(dst, t.HoldOutLength)
	for _, v := range [3]int{t.Notes.Later, t.Notes.Merged, t.Notes.Loose} {
		dst = binary.AppendVarint(dst, int64(v))
	}
	return dst, nil
}

func (c *Rows[K]) readFrom(r *reader) error {
	key, err := keyOf[K]()
	if err != nil {
		return err
	}
	c.Shard = int(r.varint())
	t := &c.Customers
	t.Unit = clv.Unit(r.text())
	t.Keys = readList(r, func() K { return readKey(r, key) })
	t.List = readList(r, func() clv.Row {
		return clv.Row{Frequency: int(r.varint()), LastPurchaseAge: r.float(), Age: r.float(), Value: r.float()}
	})
	t.HoldOut = readList(r, func() clv.HoldOut { return clv.HoldOut{Frequency: int(r.varint()), Value: r.float()} })
	t.HoldOutLength = r.float()
	t.Notes = clv.RowNotes{Later: int(r.varint()), Merged: int(r.varint()), Loose: int(r.varint())}
	return nil
}
