// Package clv answers: what will this customer still be worth?
//
// It makes one [Row] a customer from the orders that an rfm.Aggregator holds,
// fits a model of buying and a model of spending, and says how likely each
// customer is still active, how often they will buy, and what that is worth:
//
//	customers, err := clv.Split(agg, calibration, asOf, clv.RowConfig{Unit: clv.Week})
//	fit, err := clv.FitModel(customers.Rows, clv.FitConfig{})      // MBG/NBD
//	if errors.Is(err, clv.ErrFit) {
//		log.Print(fit.Reason) // there is a fit that says why, and fit.Predictor is nil
//	}
//	if err != nil {
//		return err
//	}
//	check, err := clv.CheckHoldOut(fit.Predictor, customers)       // was it right?
//	spend, err := clv.FitSpend(customers.Rows, clv.TuningConfig{}) // Gamma-Gamma
//	each, err := spend.AppendSpend(nil, customers.Rows)
//	values, err := fit.AppendValues(nil, customers.Rows, each, clv.ValueConfig{Horizon: 12, Discount: 0.01})
//
// values[i] belongs to customers.Keys[i]. Every err is to be looked at as the
// second is: rows, configs and questions are refused with the places of all their
// faults. Who goes on after ErrFit all the same is answered NaN and ErrModel, since
// a nil [Predictor] knows nothing.
//
// # Which model
//
// Customers of a shop leave without saying so. The models differ in when:
//
//   - [MBGNBD], the default: after any purchase, the first one included.
//   - [BGNBD]: after any repeat purchase. Who never came back is active for
//     certain, which is seldom what is wanted. It is there because everybody knows
//     it.
//   - [ParetoNBD]: at any time. As good as MBG/NBD, slower, and the one with the
//     longest record.
//   - [Sarmanov]: Pareto/NBD where frequent buyers may leave sooner or later than
//     the rest.
//   - [BGBB]: where there are chances to buy rather than time: yearly appeals,
//     events, issues.
//   - [SBG]: where leaving is seen, as with contracts and subscriptions.
//
// What is worth more than the choice among them: a hold-out. [Split] and
// [CheckHoldOut] are two lines.
//
// # Units
//
// A model fitted to weeks speaks of weeks. Rows carry their [Unit], a fit keeps
// it, and rows in another one are refused. Only values count in months, since
// discount rates do: ValueConfig.MonthDays says how long a month is. The unit of
// money is no matter: it scales V of Gamma-Gamma and the values.
//
// # The two recencies
//
// Row.LastPurchaseAge is what the literature calls recency: how old a customer
// was at the last purchase. Package rfm's recency counts back from today. Row has
// no field of that name.
//
// # Trust
//
// A fit ends in one of three ways and says which. Converged: the gradient is 0
// and the curvature definite, so standard errors are known. Boundary: the
// likelihood is greatest at the edge of the model, for example where all
// customers have the same dropout probability; forecasts hold, and the parameters
// that ran off have no standard error. Failed: nothing is returned but the reason.
// A fit is never below that of a model it contains.
//
// Likelihoods and forecasts are right to the last digits for x in the thousands
// and at the parameters where the textbook formulas are 0/0 too: ratios of beta and
// gamma functions are products over integers, never differences of lgamma, and
// expectations are series and integrals of positive terms. The tests hold them to
// 390 rows computed with 60 digits. Over all parameters that Validate lets pass,
// and times of up to 1e30, they are finite and within their bounds, which is not to
// say right to the last digit.
// Log-likelihoods are in the unit of the rows and leave out the x! that no
// parameter moves, as the usual tools do, so that they can be compared.
//
// # Without a model
//
// Child package worth adds up what needs no model: historic value, profit
// contribution, the closed formula, word of mouth, cooperation, and key-account
// tiers from any of them.
//
// # Sharing
//
// Rows, customers, fits and predictors are immutable once they are made, models are
// values. Workers in a config, and [Predictor.WithWorkers], are what starts
// goroutines; the results do not depend on them. Nothing here reads a clock, and
// what is random takes a seed or a generator of the caller's.
//
// # Dependencies
//
// gonum serves the optimiser (BFGS, Nelder-Mead) and special functions; the
// likelihoods, their derivatives and the Newton steps are this package's own.
package clv
