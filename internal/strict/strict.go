// Package strict is what packages do with a config when it has been read.
package strict

import "errors"

// Accept replaces dst by v, a config that was read with err, if there is no error
// and v is valid; else it returns what is wrong and leaves dst alone.
func Accept[T interface{ Validate() error }](dst *T, v T, err error) error {
	if err == nil {
		err = v.Validate()
	}
	if err != nil {
		return err
	}
	*dst = v
	return nil
}

// Join is errors.Join of what is not nil; one error stays itself.
func Join(errs ...error) error {
	n, last := 0, error(nil)
	for _, err := range errs {
		if err != nil {
			n, last = n+1, err
		}
	}
	if n <= 1 {
		return last
	}
	return errors.Join(errs...)
}
