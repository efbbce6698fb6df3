package civil

import (
	"fmt"
	"testing"
)

func TestParseClock(t *testing.T) {
	for want := range 24*60 + 1 {
		text := fmt.Sprintf("%02d:%02d", want/60, want%60)
		if got, ok := ParseClock(text); got != want || !ok {
			t.Fatalf("%s: %d, %v", text, got, ok)
		}
		if got, ok := ParseClock([]byte(text)); got != want || !ok {
			t.Fatalf("%s as bytes: %d, %v", text, got, ok)
		}
	}
	for _, bad := range []string{"", "9:00", "09:0", "24:01", "23:60", "-1:00", "0a:00", "00:0/", "00-00", "09:00 ", "０9:00", "99:99"} {
		if got, ok := ParseClock(bad); ok {
			t.Errorf("%q is read as %d", bad, got)
		}
	}
}
