package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/samber/lo"
)

// options are the flags, checked.
type options struct {
	orders, summary string
	unit            clv.Unit
	until, end      time.Time // last days of calibration and of observation; zero: not given
	holdout         float64   // units that holdout_frequency counts in; 0: not used
	model           clv.Kind
	value           clv.ValueConfig
	customers       int
	seed            uint64
	lang            guanxi.Lang
	top             int
	json            bool
}

var (
	units  = []clv.Unit{clv.Day, clv.Week, clv.Month}
	models = []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD}
)

// maxCustomers keeps a typing error from filling the memory.
const maxCustomers = 1_000_000

// parseOptions reads the flags. Whatever is wrong with them is one error.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("lifetimevalue", flag.ContinueOnError)
	f.StringVar(&o.orders, "orders", "", "order log to read, a CSV `file` with columns customer, date, amount; without a file a shop is invented")
	f.StringVar(&o.summary, "summary", "", "ready rows to read instead, a CSV `file` with columns customer, frequency, recency, T and perhaps monetary and, with -holdout, holdout_frequency")
	unit := f.String("unit", string(clv.Week), "of time, in the rows and the parameters: day, week or month")
	until := f.String("calibrate-until", "", "last `day` of the calibration, 2006-01-02; the hold-out follows (default: no hold-out)")
	end := f.String("end", "", "last `day` of the observation, 2006-01-02 (default: the last day of the log)")
	f.Float64Var(&o.holdout, "holdout", 0, "`units` of time in which column holdout_frequency of -summary counts purchases; without it the column is not read and there is no hold-out")
	model := f.String("model", string(clv.KindMBGNBD), "mbgnbd, bgnbd or paretonbd")
	f.IntVar(&o.value.Horizon, "horizon", clv.DefaultHorizon, "`months` that values look ahead")
	f.Float64Var(&o.value.Discount, "discount", 0.01, "`rate` a month at which later money is discounted")
	f.Float64Var(&o.value.Margin, "margin", 1, "`share` of the spend that is left")
	f.Float64Var(&o.value.MonthDays, "month-days", clv.DaysPerMonth, "`days` a month has")
	f.IntVar(&o.customers, "customers", 4000, "how many customers the invented shop has")
	f.Uint64Var(&o.seed, "seed", 1, "of the invented shop")
	lang := f.String("lang", "en", "language of the report: en or zh")
	f.IntVar(&o.top, "top", 10, "how many of the customers of most value to list")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of the report")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })

	var faults command.Checks
	check := faults.Want
	check(f.NArg() == 0, "%q is not a flag; files are read with -orders or -summary", f.Arg(0))
	for _, name := range []string{"orders", "summary"} {
		check(!given[name] || f.Lookup(name).Value.String() != "", "-%s names no file", name)
	}
	check(!given["orders"] || !given["summary"], "-orders and -summary are two ways to say who the customers are: give one")
	for _, name := range []string{"calibrate-until", "end"} {
		check(!given[name] || given["orders"], "-%s says how to read -orders, and there is none", name)
	}
	check(!given["holdout"] || given["summary"], "-holdout says how to read -summary, and there is none")
	check(!given["holdout"] || o.holdout > 0 && !math.IsInf(o.holdout, 0), "-holdout %v is not a length of time", o.holdout)
	for _, name := range []string{"customers", "seed"} {
		check(!given[name] || !given["orders"] && !given["summary"], "-%s is for an invented shop, and there is a file", name)
	}
	check(o.customers >= 1 && o.customers <= maxCustomers, "-customers %d is not in 1 to %d", o.customers, maxCustomers)
	o.unit, o.model = clv.Unit(*unit), clv.Kind(*model)
	check(lo.Contains(units, o.unit), "-unit %q is none of %q", *unit, units)
	check(lo.Contains(models, o.model), "-model %q is none of %q", *model, models)
	day := func(name, text string) (t time.Time) {
		if given[name] {
			var ok bool
			t, ok = parseDay(text)
			check(ok, "-%s %q is not a day such as 2006-01-02", name, text)
		}
		return t
	}
	o.until, o.end = day("calibrate-until", *until), day("end", *end)
	check(o.until.IsZero() || o.end.IsZero() || o.until.Before(o.end), "-calibrate-until %s is not before -end %s", *until, *end)
	v := o.value
	check(v.Horizon >= 1 && v.Horizon <= clv.MaxHorizon, "-horizon %d is not in 1 to %d", v.Horizon, clv.MaxHorizon)
	check(v.Discount >= 0 && !math.IsInf(v.Discount, 0), "-discount %v is not a rate of 0 or more", v.Discount)
	check(v.Margin > 0 && v.Margin <= 1, "-margin %v is not a share above 0, up to 1", v.Margin)
	check(v.MonthDays > 0 && v.MonthDays <= 366, "-month-days %v is not above 0, up to 366", v.MonthDays)
	check(o.top >= 0, "-top %d is negative", o.top)
	var err error
	if o.lang, err = guanxi.ParseLang(*lang); err != nil {
		faults.Add(fmt.Errorf("-lang: %w", err))
	}
	return o, faults.Err()
}
