// Package column keeps a state in a text column as its JSON: what the methods
// Value and Scan of several packages do.
package column

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Value returns the JSON of v as a string.
func Value(v any) (driver.Value, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// Scan reads what Value wrote, as a string or as bytes. Anything else, NULL
// included, is a caller's error, refused.
func Scan(src any, v json.Unmarshaler, refused error) error {
	switch s := src.(type) {
	case string:
		return v.UnmarshalJSON([]byte(s))
	case []byte:
		return v.UnmarshalJSON(s)
	}
	return fmt.Errorf("%w: cannot be read from a %T", refused, src)
}
