package churn

import (
	"database/sql/driver"
	"encoding/base64"
	"fmt"
)

// binaryState is a state that the host stores.
type binaryState interface {
	AppendBinary(dst []byte) ([]byte, error)
}

func stateText(s binaryState) ([]byte, error) {
	b, err := s.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	return base64.RawStdEncoding.AppendEncode(nil, b), nil
}

func stateOfText(text []byte, read func([]byte) error) error {
	b, err := base64.RawStdEncoding.Strict().AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return read(b)
}

func stateValue(s binaryState) (driver.Value, error) {
	b, err := s.AppendBinary(nil)
	return b, err
}

func stateOfSQL(src any, read func([]byte) error) error {
	b, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("%w: it is kept as bytes, not as %T", ErrFormat, src)
	}
	return read(b)
}

// MarshalBinary returns what AppendBinary appends.
func (c Cycle) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// MarshalText returns the binary encoding in base64, so that JSON can hold it.
func (c Cycle) MarshalText() ([]byte, error) { return stateText(c) }

// UnmarshalText reads what MarshalText wrote: ErrFormat, and c is as before.
func (c *Cycle) UnmarshalText(text []byte) error { return stateOfText(text, c.UnmarshalBinary) }

// Value implements driver.Valuer: the binary encoding.
func (c Cycle) Value() (driver.Value, error) { return stateValue(c) }

// Scan implements sql.Scanner for a column of bytes. NULL is ErrFormat: scan it
// into a sql.Null[Cycle]. c is unchanged on error.
func (c *Cycle) Scan(src any) error { return stateOfSQL(src, c.UnmarshalBinary) }

// MarshalBinary returns what AppendBinary appends.
func (s Series) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// MarshalText returns the binary encoding in base64, so that JSON can hold it.
func (s Series) MarshalText() ([]byte, error) { return stateText(s) }

// UnmarshalText reads what MarshalText wrote: ErrFormat, and s is as before.
func (s *Series) UnmarshalText(text []byte) error { return stateOfText(text, s.UnmarshalBinary) }

// Value implements driver.Valuer: the binary encoding.
func (s Series) Value() (driver.Value, error) { return stateValue(s) }

// Scan implements sql.Scanner for a column of bytes. NULL is ErrFormat: scan it
// into a sql.Null[Series]. s is unchanged on error.
func (s *Series) Scan(src any) error { return stateOfSQL(src, s.UnmarshalBinary) }

// MarshalBinary returns what AppendBinary appends.
func (m Mix) MarshalBinary() ([]byte, error) { return m.AppendBinary(nil) }

// MarshalText returns the binary encoding in base64, so that JSON can hold it.
func (m Mix) MarshalText() ([]byte, error) { return stateText(m) }

// UnmarshalText reads what MarshalText wrote: ErrFormat, and m is as before.
func (m *Mix) UnmarshalText(text []byte) error { return stateOfText(text, m.UnmarshalBinary) }

// Value implements driver.Valuer: the binary encoding.
func (m Mix) Value() (driver.Value, error) { return stateValue(m) }

// Scan implements sql.Scanner for a column of bytes. NULL is ErrFormat: scan it
// into a sql.Null[Mix]. m is unchanged on error.
func (m *Mix) Scan(src any) error { return stateOfSQL(src, m.UnmarshalBinary) }

// MarshalBinary returns what AppendBinary appends.
func (s Alert) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// MarshalText returns the binary encoding in base64, so that JSON can hold it.
func (s Alert) MarshalText() ([]byte, error) { return stateText(s) }

// UnmarshalText reads what MarshalText wrote: ErrFormat, and s is as before.
func (s *Alert) UnmarshalText(text []byte) error { return stateOfText(text, s.UnmarshalBinary) }

// Value implements driver.Valuer: the binary encoding.
func (s Alert) Value() (driver.Value, error) { return stateValue(s) }

// Scan implements sql.Scanner for a column of bytes. NULL is ErrFormat: scan it
// into a sql.Null[Alert]. s is unchanged on error.
func (s *Alert) Scan(src any) error { return stateOfSQL(src, s.UnmarshalBinary) }
