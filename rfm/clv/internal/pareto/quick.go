package pareto

import "math"

// quickExp and quickLog are e^x and ln x for the inner loops: without branches,
// for arguments that are known to be ordinary. Both are of the table-and-
// polynomial kind (Tang 1989, 1990).

const (
	perLn2   = 92.332482616893656877 // 64/ln 2
	ln2Above = 0.010830424695086549  // ln 2/64, its upper bits
	ln2Below = 1.162596423439437e-12
	roundUp  = 1.5 * (1 << 52) // adding it rounds to an integer
)

// quickExp returns e^x for |x| < 700 with a relative error below 4e-16.
func quickExp(x float64) float64 {
	kd := x*perLn2 + roundUp
	k := math.Float64bits(kd)
	kd -= roundUp
	r := (x - kd*ln2Above) - kd*ln2Below
	scale := math.Float64frombits(expTable[k&63] + k<<46)
	q := r * r
	return scale + scale*(r+q*(0.5+r*(1.0/6)+q*(1.0/24+r*(1.0/120))))
}

// quickLog returns ln x for a normal x > 0 with an absolute error below 2e-16
// near 1, growing with |ln x|.
func quickLog(x float64) float64 {
	const off = 0x3fe6000000000000
	bits := math.Float64bits(x)
	at := bits - off
	t := &logTable[at>>45&127]
	k := float64(int64(at) >> 52)
	z := math.Float64frombits(bits - at&(0xfff<<52))
	r := (z - t.c) * t.inv
	q := r * r
	p := (-0.5 + r*(1.0/3)) + q*((-0.25+r*0.2)+q*(-1.0/6+r*(1.0/7)))
	return (k*math.Ln2 + t.log) + (r + q*p)
}
