// Package guanxi (关系) is the root of an embeddable library for the whole of a
// merchant's customer relationship: what customers are worth, who they are,
// where they stand, what they are owed, who is leaving and what they say. It is
// imported by shops and ERPs. It owns no server, clock, goroutine or database:
// the host does, and plugs its storage in through small interfaces.
//
//	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Currency: "CNY", Decimals: 2})
//	err = agg.AddAll(orders)
//	customers, err := agg.Population(today)
//	scale, err := rfm.Fit(customers, rfm.ScaleConfig{})
//	scored, err := rfm.ScoreAll(customers, scale, rfm.MustSegments(rfm.Eleven()))
//
// This package itself holds the few words that all the others share, and
// imports only the standard library: [FieldError] and [Faults] for what is
// wrong where, [UnmarshalStrict] for reading a config, [Span] for lengths of
// time, [Lang] and [Text] for names shown to people, and [Key] for the host's
// own key types.
//
// # Packages
//
// Each package answers one question:
//
//   - rfm: what are customers worth, by recency, frequency and money? Its child
//     clv: what will they still be worth? Its child rfmbeam, a module of its own:
//     the same scores on Apache Beam.
//   - segment: who are they? One rule over a customer, over columns and in SQL.
//     Its children audience and affinity: who entered and left, and what do they
//     want next?
//   - lifecycle: where do they stand? Its children migration and care: where are
//     they going, and what is to be done by when?
//   - loyalty: what are they owed, in points, tiers and rewards? Its child coupon:
//     which coupon may be used, and which suits a basket best? Its child
//     loyaltysql keeps the accounts in a database.
//   - churn: who is leaving, and why? Its children predict, survival, retention
//     and winback: is that true, how long do customers stay, which come back, and
//     what brings them back?
//   - nps: what do they say, and did it really change?
//
// Packages of the first level do not import each other; a child may import its
// parent. What one needs from another it takes as a narrow row of its own, which
// the host fills.
//
// # Forms
//
// Four forms are the same everywhere:
//
//   - A config is a plain struct, stored as JSON; its Validate returns every
//     fault with its place. A zero field means the default that its comment
//     states.
//   - An engine is built once from a config, immutable and safe for concurrent
//     use.
//   - An accumulator has Add and Merge, mostly Reset and a binary encoding; it
//     belongs to one goroutine, and the order of what is added does not matter,
//     save where its comment says so (float weights, a table cut to its limit).
//   - A state is a value that the host stores, changed by pure functions only.
//
// # Rules
//
//   - Time is passed in. Intervals are half-open, [from, to); something is in
//     force at t when effective ≤ t < end. Calendar arithmetic takes a
//     *time.Location, and nil means UTC.
//   - Money is a decimal at the edges and exact int64 minor units inside, one
//     currency at a time. Conversion is exact or an error. float64 is for
//     estimates.
//   - A number nobody can know is absent, not 0 or 1.
//   - Ties, rounding, refunds and missing values are named options with a
//     documented default.
//   - Names shown to people exist in English and Chinese; ids do not change with
//     the language.
//   - A binary encoding or a hash once released is read for ever.
//   - Bad input is a typed error that names the row or the field. The state is
//     then as it was before. Nothing panics on data.
//
// # Words
//
// The same word is the same thing in all packages. New makes what can fail with an
// error, Must panics instead and is for tests and fixed configs, Validate finds
// every fault. A Name is a text in both languages, and Label says it in one.
// Workers are goroutines asked for; Currency and Decimals are those of money; a
// Location is a *time.Location, written in JSON by its name, and a Zone is such a
// name; Confidence is that of an interval, between 0 and 1, and 0 is
// DefaultConfidence. asOf is the exclusive end of what counts, now the present
// moment, at the instant when something happened. A Keeper or a Service loads a
// state, decides and commits, again where somebody else was faster.
//
// Arguments begin with ctx, then what is appended to, the key or the id, the data,
// the instants, and end with the config; a New that has no data begins with its
// config, then what the engine works with. Of two that are compared the earlier
// comes first.
//
// A sentinel error that is found inside a FieldError says only what is wrong;
// one that stands for itself begins with its package.
package guanxi
