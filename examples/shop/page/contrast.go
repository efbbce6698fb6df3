package page

import (
	"math"
	"strconv"
)

// rgb reads #rrggbb, each part from 0 to 1.
func rgb(color string) (c [3]float64) {
	for i := range c {
		n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic(err) // our own colours
		}
		c[i] = float64(n) / 255
	}
	return c
}

// luminance is how bright a colour is, from 0 to 1: WCAG 2.2, relative luminance.
func luminance(c [3]float64) float64 {
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

// contrast of two luminances is from 1 to 21: WCAG 2.2, contrast ratio.
func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// onTop is black or white, whichever can be read better on the colour that is part
// of the way between two others.
func onTop(from, to string, part float64) string {
	a, b := rgb(from), rgb(to)
	for i := range a {
		a[i] += part * (b[i] - a[i])
	}
	if l := luminance(a); contrast(l, 0) < contrast(l, 1) {
		return "#ffffff"
	}
	return "#000000"
}
