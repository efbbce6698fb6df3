package discrete

// NaturalBGBB turns coordinates (logit φ, ln κ of p; the same of θ) into
// parameters.
func NaturalBGBB(eta []float64) BGBB {
	var p BGBB
	p.Alpha, p.Beta = mixAt(eta[0], eta[1]).natural()
	p.Gamma, p.Delta = mixAt(eta[2], eta[3]).natural()
	return p
}

// CoordinatesBGBB is the inverse of [NaturalBGBB].
func CoordinatesBGBB(p BGBB) []float64 {
	eta := make([]float64, 4)
	eta[0], eta[1] = coordinates(p.Alpha, p.Beta)
	eta[2], eta[3] = coordinates(p.Gamma, p.Delta)
	return eta
}

// JacobianBGBB returns d ln(α, β, γ, δ) / d eta by rows.
func JacobianBGBB(eta []float64) [][]float64 {
	j := [][]float64{make([]float64, 4), make([]float64, 4), make([]float64, 4), make([]float64, 4)}
	for i := 0; i < 4; i += 2 {
		m := mixAt(eta[i], eta[i+1])
		j[i][i], j[i][i+1] = m.rest, -1
		j[i+1][i], j[i+1][i+1] = -m.mean, -1
	}
	return j
}

// NaturalSBG turns coordinates (logit φ, ln κ) into parameters.
func NaturalSBG(eta []float64) SBG {
	a, b := mixAt(eta[0], eta[1]).natural()
	return SBG{a, b}
}

// CoordinatesSBG is the inverse of [NaturalSBG].
func CoordinatesSBG(p SBG) []float64 {
	logit, logKappa := coordinates(p.Alpha, p.Beta)
	return []float64{logit, logKappa}
}

// JacobianSBG returns d ln(α, β) / d eta by rows.
func JacobianSBG(eta []float64) [][]float64 {
	m := mixAt(eta[0], eta[1])
	return [][]float64{{m.rest, -1}, {-m.mean, -1}}
}
