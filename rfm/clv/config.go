package clv

// accept replaces dst by a config that was read, if it is valid.
func accept[T interface{ Validate() error }](dst *T, v T, err error) error {
	if err == nil {
		err = v.Validate()
	}
	if err != nil {
		return err
	}
	*dst = v
	return nil
}
