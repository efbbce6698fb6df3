package lifecycle

import (
	"database/sql/driver"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Stage is a stage of a model: its place in Config.Stages, counted from 1. 0 is
// no stage. See [Model.Stage] and [Model.StageID].
type Stage uint8

// Event is an event of a model: its place in Config.Events, counted from 1. 0 is
// no event. See [Model.Event] and [Model.EventID].
type Event uint8

// Pos is where one customer stands: 32 bytes that the host stores, one for each
// customer, and that [Model.Step] and [Model.Advance] turn into the next one. It
// is comparable with ==, holds no pointer and means something only together with
// the model that made it. The zero Pos is nowhere; [Model.Begin] makes the first.
//
// Stages are stored by number. A model that is changed later keeps the numbers
// of the stages it had, or takes a new version.
type Pos struct {
	Since Instant `json:"since"` // when the stage was entered
	Last  Instant `json:"last"`  // when the last event that had an effect happened
	// Counted is the one pause accumulator, in microseconds: what the clock that
	// runs on from stage to stage had counted before Since, in wall or in working
	// time and without its pauses. 0 where the stage has no such clock.
	Counted int64 `json:"counted,omitempty"`
	Standing
}

// Standing is the part of a [Pos] that is no time. It is a struct of its own
// because the compiler keeps structs of four fields in registers, and none of
// seven; in Go and in JSON its fields read as those of Pos.
type Standing struct {
	Seq     uint32 `json:"seq,omitempty"` // number of the last event that had an effect, 0 if it had none
	Version uint16 `json:"version"`       // of the model
	Stage   Stage  `json:"stage"`
	Prev    Stage  `json:"prev,omitempty"` // the stage before this one, 0 at first
}

// posFormat is the first byte of an encoded Pos.
const posFormat = 1

// posSize is the length of an encoded Pos.
const posSize = 32

// maxCounted is what the seven bytes of an encoded Counted hold, 2,283 years. No
// timeout counts that far.
const maxCounted = 1<<56 - 1

// IsZero reports whether p is nowhere.
func (p Pos) IsZero() bool { return p == Pos{} }

// sound reports whether the times of p are possible. It says nothing of ids.
func (p Pos) sound() bool {
	return p.Since.sound() && p.Last.sound() && uint64(p.Counted) <= maxCounted
}

// newest is the instant before which an event is late.
func (p Pos) newest() Instant { return max(p.Since, p.Last) }

// AppendBinary appends the 32 bytes of p. They are stable: what was written is
// read by every later version. Integers are big-endian, the instants signed:
//
//	format 1 · counted 7 · since 8 · last 8 · seq 4 · version 2 · stage 1 · prev 1
//
// A position whose times are impossible is [ErrPosition].
func (p Pos) AppendBinary(dst []byte) ([]byte, error) {
	if !p.sound() {
		return dst, fmt.Errorf("%w: since %d, last %d, counted %d", ErrPosition, p.Since, p.Last, p.Counted)
	}
	dst = binary.BigEndian.AppendUint64(dst, posFormat<<56|uint64(p.Counted))
	dst = binary.BigEndian.AppendUint64(dst, uint64(p.Since))
	dst = binary.BigEndian.AppendUint64(dst, uint64(p.Last))
	dst = binary.BigEndian.AppendUint32(dst, p.Seq)
	dst = binary.BigEndian.AppendUint16(dst, p.Version)
	return append(dst, byte(p.Stage), byte(p.Prev)), nil
}

// MarshalBinary returns the bytes of [Pos.AppendBinary].
func (p Pos) MarshalBinary() ([]byte, error) { return p.AppendBinary(make([]byte, 0, posSize)) }

// UnmarshalBinary reads what [Pos.AppendBinary] wrote. Anything else is
// [ErrFormat], and p is unchanged. Whether the model has such stages is for
// [Model.Check] to say.
func (p *Pos) UnmarshalBinary(data []byte) error {
	switch {
	case len(data) != posSize:
		return fmt.Errorf("%w: %d bytes, not %d", ErrFormat, len(data), posSize)
	case data[0] != posFormat:
		return fmt.Errorf("%w: format %d", ErrFormat, data[0])
	}
	q := Pos{
		Counted: int64(binary.BigEndian.Uint64(data) & maxCounted),
		Since:   Instant(binary.BigEndian.Uint64(data[8:])),
		Last:    Instant(binary.BigEndian.Uint64(data[16:])),
		Standing: Standing{
			Seq:     binary.BigEndian.Uint32(data[24:]),
			Version: binary.BigEndian.Uint16(data[28:]),
			Stage:   Stage(data[30]),
			Prev:    Stage(data[31]),
		},
	}
	if !q.sound() {
		return fmt.Errorf("%w: impossible times", ErrFormat)
	}
	*p = q
	return nil
}

// UnmarshalJSON reads strictly: unknown and ill-typed fields are reported with
// their JSON pointers, and so is the lack of since or last; only {} is the zero
// Pos. p is unchanged if there is a fault.
func (p *Pos) UnmarshalJSON(data []byte) error {
	var q struct {
		Since   *Instant `json:"since"`
		Last    *Instant `json:"last"`
		Counted int64    `json:"counted"`
		Standing
	}
	if err := guanxi.UnmarshalStrict(data, &q); err != nil {
		return err
	}
	var f configFaults
	out := Pos{Counted: q.Counted, Standing: q.Standing}
	nowhere := q.Since == nil && q.Last == nil && out.IsZero()
	for _, t := range []struct {
		name     string
		dst, src *Instant
	}{{"since", &out.Since, q.Since}, {"last", &out.Last, q.Last}} {
		switch {
		case t.src != nil:
			*t.dst = *t.src
		case !nowhere:
			f.at(fmt.Errorf("%w: missing", ErrFormat), t.name)
		}
	}
	if uint64(q.Counted) > maxCounted {
		f.at(fmt.Errorf("%w: %d", ErrFormat, q.Counted), "counted")
	}
	if err := f.err(); err != nil {
		return err
	}
	*p = out
	return nil
}

// Value implements driver.Valuer: the bytes of [Pos.AppendBinary].
func (p Pos) Value() (driver.Value, error) { return p.MarshalBinary() }

// Scan implements sql.Scanner: the bytes of [Pos.AppendBinary], or JSON. NULL is
// [ErrFormat]: scan it into a sql.Null[Pos]. p is unchanged on error.
func (p *Pos) Scan(src any) error {
	var data []byte
	switch v := src.(type) {
	case []byte:
		data = v
	case string:
		data = []byte(v)
	default:
		return fmt.Errorf("%w: cannot be read from a %T", ErrFormat, src)
	}
	if len(data) > 0 && data[0] == '{' {
		return json.Unmarshal(data, p)
	}
	return p.UnmarshalBinary(data)
}
