package strict

import (
	"errors"
	"testing"
)

type config struct{ n int }

var errOdd = errors.New("odd")

func (c config) Validate() error {
	if c.n%2 != 0 {
		return errOdd
	}
	return nil
}

func TestAccept(t *testing.T) {
	c, broken := config{2}, errors.New("not read")
	if err := Accept(&c, config{3}, nil); !errors.Is(err, errOdd) || c.n != 2 {
		t.Errorf("%v, %v", c, err)
	}
	if err := Accept(&c, config{4}, broken); !errors.Is(err, broken) || c.n != 2 {
		t.Errorf("%v, %v", c, err)
	}
	if err := Accept(&c, config{4}, nil); err != nil || c.n != 4 {
		t.Errorf("%v, %v", c, err)
	}
}

func TestJoin(t *testing.T) {
	other := errors.New("other")
	if Join(nil, nil) != nil || Join() != nil {
		t.Error("nothing is an error")
	}
	if err := Join(nil, errOdd, nil); err != errOdd { //nolint:errorlint // the very same
		t.Error(err)
	}
	if err := Join(errOdd, nil, other); !errors.Is(err, errOdd) || !errors.Is(err, other) {
		t.Error(err)
	}
}
