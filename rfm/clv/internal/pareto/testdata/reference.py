# Writes reference.json: the Pareto/NBD by direct integration in 40 digits.
#   python3 reference.py > reference.json     (needs mpmath; ran with 1.3.0)
# Integrals are taken over the time of leaving in pieces; nothing is shared with
# the Go code but the model.
import json, random
import mpmath as mp

mp.mp.dps = 40
random.seed(20)


def pieces(lo, hi, marks):
    """Cut points from lo to hi, dense on a logarithmic scale after lo."""
    cuts = {lo, hi}
    for m in marks:
        d = m
        for k in range(-10, 60):
            v = lo + d * mp.mpf(2) ** k
            if lo < v < hi:
                cuts.add(v)
            v = hi - d * mp.mpf(2) ** k
            if lo < v < hi:
                cuts.add(v)
    cuts = sorted(cuts)
    out = [cuts[0]]
    for c in cuts[1:]:
        if c - out[-1] > (hi - lo) * mp.mpf(10) ** -30 or c == cuts[-1]:
            out.append(c)
    return out


def legendre(n):
    rule = []
    for i in range(n):
        x = mp.cos(mp.pi * (i + mp.mpf(3) / 4) / (n + mp.mpf(1) / 2))
        for _ in range(9):
            p0, p1 = mp.mpf(1), x
            for k in range(2, n + 1):
                p0, p1 = p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k
            dp = n * (x * p1 - p0) / (x * x - 1)
            x -= p1 / dp
        rule.append((x, 2 / ((1 - x * x) * dp * dp)))
    return rule


RULE = legendre(30)


def integrate(f, cuts):
    """mp.quad stops too early on some of these; plain Gauss does not stop."""
    total = mp.mpf(0)
    for a, b in zip(cuts, cuts[1:]):
        h, c = (b - a) / 2, (a + b) / 2
        total += h * mp.fsum(w * f(c + h * x) for x, w in RULE)
    return total


def likelihood(r, al, s, be, x, tx, T):
    """Without the x! constant."""
    n = r + x
    scale = min((al + tx) / (n + 1), (be + tx) / (s + 1), T if T > 0 else mp.mpf(1))
    f = lambda u: s / (be + u) * mp.exp(-n * mp.log(al + u) - s * mp.log1p(u / be))
    v = mp.exp(-n * mp.log(al + T) - s * mp.log1p(T / be))
    dead = integrate(f, pieces(tx, T, [scale])) if T > tx else mp.mpf(0)
    c = mp.exp(mp.loggamma(n) - mp.loggamma(r) + r * mp.log(al))
    return c * (v + dead), c * v


def prob(r, al, s, be, t, k):
    nbd = lambda u: mp.exp(mp.loggamma(r + k) - mp.loggamma(r) - mp.loggamma(k + 1)
                           - r * mp.log1p(u / al) + (k * mp.log(u / (al + u)) if k else 0))
    f = lambda u: s / (be + u) * mp.exp(-s * mp.log1p(u / be)) * nbd(u)
    cuts = pieces(mp.mpf(0), t, [t, al * (k + 1) / r, be])
    return nbd(t) * mp.exp(-s * mp.log1p(t / be)) + integrate(f, cuts)


def text(v):
    return mp.nstr(v, 20, min_fixed=0, max_fixed=0)


def pick(lo, hi):
    return mp.mpf(float('%.6g' % 10 ** random.uniform(lo, hi)))


out = {'history': [], 'expint': [], 'prob': [], 'correlated': []}
for i in range(60):
    r, al, s, be = pick(-1.5, 1.5), pick(-4, 4), pick(-2, 2), pick(-4, 4)
    if i % 6 == 0:
        al = pick(-12, -6)
    if i % 6 == 1:
        be = pick(-9, -5)
    if i % 6 == 2:
        s, be = pick(5, 7), pick(6, 9)
    x = random.choice([0, 0, 0, 1, 2, 5, 20, 300])
    T = pick(-1, 3)
    tx = mp.mpf(0) if x == 0 else mp.mpf(float('%.6g' % (float(T) * random.random())))
    L, A = likelihood(r, al, s, be, x, tx, T)
    out['history'].append({'params': [float(v) for v in (r, al, s, be)], 'x': x, 't_x': float(tx), 'T': float(T),
                           'log_likelihood': text(mp.log(L)), 'p_alive': text(A / L)})
for s in [1e-7, 0.01, 0.3, 0.4999, 0.5, 0.77, 0.999, 0.9999999, 1, 1.0000001, 1.001, 1.2, 1.4999, 1.5, 1.9999999, 2,
          2.0000001, 2.5, 3, 3.0000001, 5.3, 7.9999, 8, 8.1, 30, 168, 1e5]:
    for z in [1e-12, 1e-5, 0.01, 0.3, 0.9, 1.49, 1.51, 4, 40, 1e4]:
        v = mp.exp(mp.mpf(z)) * mp.expint(mp.mpf(s), mp.mpf(z))
        out['expint'].append({'s': s, 'z': z, 'value': text(v)})
for i in range(40):
    r, al, s, be = pick(-1, 1), pick(-1, 2), pick(-1, 1), pick(-1, 2)
    k = random.choice([0, 1, 2, 3, 7, 12, 13, 40, 200, 1500])
    t = pick(-1, 3)
    v = prob(r, al, s, be, t, k)
    out['prob'].append({'params': [float(v) for v in (r, al, s, be)], 't': float(t), 'n': k, 'value': text(v)})
for i in range(30):
    r, al, s, be = pick(-1, 1), pick(-1, 1.5), pick(-1, 1), pick(-1, 1.5)
    x = random.choice([0, 0, 1, 2, 5, 20])
    T = pick(0, 2)
    tx = mp.mpf(0) if x == 0 else mp.mpf(float('%.6g' % (float(T) * random.random())))
    A, B = (al / (1 + al)) ** r, (be / (1 + be)) ** s
    lo, hi = -1 / max(A * B, (1 - A) * (1 - B)), 1 / max(A * (1 - B), B * (1 - A))
    m = mp.mpf(float(lo + (hi - lo) * random.choice([mp.mpf('0.02'), mp.mpf('0.3'), mp.mpf('0.7'), mp.mpf('0.98')])))
    h, delta = pick(0, 2), pick(-3, 0)
    L = P = E = D = Q = mp.mpf(0)
    k = random.choice([1, 2, 5])
    for i1, j1, c in [(0, 0, 1 + m * A * B), (1, 1, m * A * B), (1, 0, -m * A * B), (0, 1, -m * A * B)]:
        l, a = likelihood(r, al + i1, s, be + j1, x, tx, T)
        n, a1, b1 = r + x, al + i1 + T, be + j1 + T
        L += c * l
        P += c * a
        E += c * a * n / a1 * integrate(lambda v: mp.exp(-s * mp.log1p(v / b1)), pieces(mp.mpf(0), h, [b1]))
        D += c * a * n / a1 * b1 * mp.exp(delta * b1) * mp.expint(s, delta * b1)
        Q += c * a * prob(n, a1, s, b1, h, k)
    out['correlated'].append({'params': [float(v) for v in (r, al, s, be, m)], 'x': x, 't_x': float(tx), 'T': float(T),
                              't': float(h), 'delta': float(delta), 'n': k,
                              'log_likelihood': text(mp.log(L)), 'p_alive': text(P / L), 'expected_purchases': text(E / L),
                              'dert': text(D / L), 'prob': text(Q / L)})
print('{' + ',\n'.join('"%s": [\n%s\n]' % (k, ',\n'.join(json.dumps(r) for r in v)) for k, v in out.items()) + '}')
