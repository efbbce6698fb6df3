# Recomputes reference.json, by other ways than the library: mpmath with 50
# digits, root finding instead of closed forms, lists instead of streams.
#   python3 reference.py > reference.json
import itertools, json, random
from mpmath import mp, mpf, log, sqrt, erfc

mp.dps = 50


def llr(k11, k12, k21, k22):
    n = k11 + k12 + k21 + k22
    g = mpf(0)
    for k, r, c in ((k11, k11 + k12, k11 + k21), (k12, k11 + k12, k12 + k22),
                    (k21, k21 + k22, k11 + k21), (k22, k21 + k22, k12 + k22)):
        if k:
            g += 2 * k * log(mpf(k) * n / (mpf(r) * c))
    return g if k11 * k22 >= k12 * k21 else -g


def wilson(p, n, z):
    k = z * z / n
    half = sqrt(k * (p * (1 - p) + k / 4))
    return (p + k / 2 - half) / (1 + k), (p + k / 2 + half) / (1 + k)


def difference(a, m, b, n, z):
    al, ah = wilson(a, m, z)
    bl, bh = wilson(b, n, z)
    return a - b - sqrt((a - al) ** 2 + (bh - b) ** 2), a - b + sqrt((ah - a) ** 2 + (b - bl) ** 2)


def bisect(f, lo, hi):
    lo, hi = mpf(lo), mpf(hi)
    up = f(hi) > 0
    for _ in range(400):
        mid = (lo + hi) / 2
        if (f(mid) > 0) == up:
            hi = mid
        else:
            lo = mid
    return lo


def deviate(confidence):  # by bisection
    return bisect(lambda z: 1 - erfc(z / sqrt(mpf(2))) - confidence, 0, 20)


# By scanning the ratio r for which the limits of a - r b hold 0.
def ratio_limits(a, m, b, n, z):
    al, ah = wilson(a, m, z)
    bl, bh = wilson(b, n, z)
    if a == 0:
        low = mpf(0)
    else:
        low = bisect(lambda r: -(a - r * b - sqrt((a - al) ** 2 + (r * (bh - b)) ** 2)), 0, 10 ** 9)
    up = lambda r: a - r * b + sqrt((ah - a) ** 2 + (r * (b - bl)) ** 2)
    high = None if b == 0 else bisect(lambda r: -up(r), 0, 10 ** 9)
    return low, high


def tgi(x, n, y, m, confidence):  # segment x of n, rest y of m
    z = deviate(mpf(confidence))
    a, b, f = mpf(x) / n, mpf(y) / m, mpf(n) / (n + m)
    low, high = ratio_limits(a, n, b, m, z)
    to = lambda r: 100 / f if r is None else 100 * r / (f * r + 1 - f)
    lo, hi = (a, n, b, m), (b, m, a, n)
    args = lo if a > b else hi
    p = mpf(1) if a == b else erfc(bisect(lambda z: -difference(*args, z)[0], 0, 40) / sqrt(mpf(2)))
    return {"segment": x, "segment_of": n, "rest": y, "rest_of": m, "confidence": confidence,
            "tgi": float(100 * a / (mpf(x + y) / (n + m))), "low": float(to(low)), "high": float(to(high)), "p": float(p)}


out = {"llr": [], "baskets": [], "rules": [], "tgi": []}
# 110, 2442, 111, 29114: "the swiss" in Dunning (1993), table 2, printed 270.72.
for t in [(110, 2442, 111, 29114), (1, 1, 1, 1), (10, 0, 0, 10), (0, 10, 10, 0), (13, 1000, 1000, 100000), (1, 0, 0, 10 ** 9),
          (10 ** 9, 10 ** 9 + 1, 10 ** 9, 10 ** 9), (41, 120, 330, 9509), (5, 0, 1000, 20000), (0, 500, 400, 4000000000),
          (123456, 234567, 345678, 456789), (1000001, 1000000, 1000000, 1000000)]:
    out["llr"].append({"table": t, "llr": float(llr(*t))})
rng = random.Random(12)
for _ in range(60):
    basket = sorted({min(rng.randint(1, 9), rng.randint(1, 9)) for _ in range(rng.randint(1, 5))})
    if 2 in basket and rng.random() < 0.7:
        basket = sorted(set(basket) | {7})
    out["baskets"].append(basket)
n = len(out["baskets"])
for a, b in itertools.permutations(range(1, 10), 2):
    f = sum(a in s for s in out["baskets"])
    t = sum(b in s for s in out["baskets"])
    k = sum(a in s and b in s for s in out["baskets"])
    if f and t:
        q = mpf(t) / n
        out["rules"].append({"from": a, "to": b, "together": k, "from_count": f, "to_count": t, "support": float(mpf(k) / n),
                             "confidence": float(mpf(k) / f), "lift": float(mpf(k) * n / (mpf(f) * t)),
                             "llr": float(llr(k, f - k, t - k, n - f - t + k)), "strength": float((k + 20 * q) / (f + 20) - q)})
for c in [(60, 200, 240, 1800, 0.95), (60, 200, 240, 1800, 0.99), (3, 40, 300, 960, 0.95), (0, 50, 100, 950, 0.95), (12, 50, 0, 950, 0.95),
          (50, 50, 500, 950, 0.95), (7, 7, 9, 9, 0.9), (20, 100, 180, 900, 0.95), (12000, 100000, 108000, 1000000, 0.95), (500, 900, 3, 100, 0.95)]:
    out["tgi"].append(tgi(*c))
# Adjusted as by R's p.adjust: written out by hand from the definitions.
ps = sorted(c["p"] for c in out["tgi"][:8])
holm, bh, m = [], [], len(ps)
for i, p in enumerate(ps):
    holm.append(min(1.0, max((m - j) * q for j, q in enumerate(ps[:i + 1]))))
    bh.append(min(1.0, min(q * m / (j + 1) for j, q in enumerate(ps) if j >= i)))
out["adjust"] = {"p": ps, "holm": holm, "bh": bh}
print("{\n" + ",\n".join('"%s": %s' % (k, "[\n " + ",\n ".join(json.dumps(r) for r in v) + "\n]" if isinstance(v, list) else json.dumps(v)) for k, v in out.items()) + "\n}")
