package civil

// ParseClock reads a time of the day, "00:00" to "24:00" and always with five
// characters, as minutes since midnight.
func ParseClock[T string | []byte](text T) (minutes int, ok bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	h, okh := twoDigits(text[0], text[1])
	m, okm := twoDigits(text[3], text[4])
	minutes = h*60 + m
	return minutes, okh && okm && m < 60 && minutes <= 24*60
}

func twoDigits(a, b byte) (int, bool) {
	a, b = a-'0', b-'0'
	return int(a)*10 + int(b), a < 10 && b < 10
}
