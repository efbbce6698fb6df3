package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/samber/lo"
)

// options are the flags, checked.
type options struct {
	orders      string
	customers   int
	seed        uint64
	asOf        time.Time // zero: the day after the last row
	loc         *time.Location
	delimiter   rune   // 0: detected
	dateFormat  string // "": detected
	decimalMark byte   // 0: detected
	decimals    int    // -1: detected
	currency    string
	segments    string
	bins        int // 0: what the segments need
	split       bool
	lang        guanxi.Lang
	top         int
	json        bool
	scores      bool
	skipBad     bool    // refused rows of orders are no failure
	report      string  // "": no HTML
	answers     string  // "": none, or invented ones
	actions     int     // of each kind
	holdout     float64 // share of customers whom nobody contacts
	salt        string
	workers     int // 0: one a processor
}

const (
	maxCustomers = 5_000_000
	maxWorkers   = 1024
)

// parseOptions reads the flags. Whatever is wrong with them is one error.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{decimals: -1}
	f := flag.NewFlagSet("shop", flag.ContinueOnError)
	f.StringVar(&o.orders, "orders", "", "order log to read, a `file` of comma-separated values; without it a shop is simulated")
	f.IntVar(&o.customers, "customers", 20_000, "simulation: how many customers")
	f.Uint64Var(&o.seed, "seed", 1, "simulation: seed; the same seed gives the same shop")
	asOf := f.String("as-of", "", "score as of this `date` (2006-01-02 or RFC 3339), exclusive (default: the day after the last row)")
	tz := f.String("tz", "UTC", "IANA `zone` in which days begin and times without an offset are read")
	delimiter := f.String("delimiter", "", "what separates the columns: , ; | or tab (default: detected)")
	f.StringVar(&o.dateFormat, "date-format", "", "Go `layout` of the dates, such as 02/01/2006 (default: detected)")
	mark := f.String("decimal-mark", "", "what separates whole and fraction in amounts: . or , (default: detected)")
	f.IntVar(&o.decimals, "decimals", -1, "decimal places of the currency, 0 to 18 (default: as many as the amounts have, up to 6)")
	f.BoolVar(&o.skipBad, "skip-bad", false, "leave out rows of -orders that are refused, and go on: they are named all the same, the report is written and the exit code is 0 (default: it is 1, and no report is written)")
	f.StringVar(&o.currency, "currency", "", "name of the currency to print, such as CNY")
	f.StringVar(&o.segments, "segments", "eleven", "eleven, eight, four, three, or a JSON `file` with segments of your own")
	f.IntVar(&o.bins, "bins", 0, "scores per dimension, 2 to 10 (default: what the segments need)")
	ties := f.String("ties", "share", "share: equal customers have equal scores; split: groups of equal size")
	lang := f.String("lang", "en", "language of the report: en or zh")
	f.IntVar(&o.top, "top", 10, "how many customers to list: the best by revenue and by value, and those at risk")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of the report")
	f.BoolVar(&o.scores, "scores", false, "with -json: the score of every customer too")
	f.StringVar(&o.report, "report", "", "also write the report to look at, a HTML `file` of its own")
	f.StringVar(&o.answers, "answers", "", "answers to “would you recommend us?”, a CSV `file` with the columns customer, score (0 to 10) and date; without it those of a simulated shop are simulated, and a real one has none")
	f.IntVar(&o.actions, "actions", 5, "how many customers to call, to thank and to win back")
	f.Float64Var(&o.holdout, "holdout", 0.1, "share of customers to leave alone, so that the effect of the actions can be measured")
	f.StringVar(&o.salt, "salt", "shop actions", "what decides who is left alone: a `text` of its own for every campaign")
	f.IntVar(&o.workers, "workers", 0, "goroutines; 0 is one a processor. The report does not depend on it")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })

	var faults command.Checks
	check := faults.Want
	check(f.NArg() == 0, "%q is not a flag; a log is read with -orders", f.Arg(0))
	for _, name := range []string{"customers", "seed"} {
		check(!given[name] || o.orders == "", "-%s is of the simulation, not of -orders", name)
	}
	for _, name := range []string{"delimiter", "date-format", "decimal-mark", "decimals", "skip-bad"} {
		check(!given[name] || given["orders"], "-%s says how to read -orders, and there is none", name)
	}
	check(!given["orders"] || o.orders != "", "-orders names no file")
	check(o.customers >= 1 && o.customers <= maxCustomers, "-customers %d is not in 1 to %d", o.customers, maxCustomers)
	check(!given["bins"] || o.bins >= 2 && o.bins <= 10, "-bins %d is not in 2 to 10", o.bins)
	check(!given["decimals"] || o.decimals >= 0 && o.decimals <= 18, "-decimals %d is not in 0 to 18", o.decimals)
	check(o.top >= 0, "-top %d is negative", o.top)
	check(!given["report"] || o.report != "", "-report names no file")
	check(!given["answers"] || o.answers != "", "-answers names no file")
	check(o.actions >= 0, "-actions %d is negative", o.actions)
	check(o.holdout >= 0 && o.holdout < 1, "-holdout %v is not in 0 to below 1", o.holdout)
	check(o.workers >= 0 && o.workers <= maxWorkers, "-workers %d is not in 0 to %d", o.workers, maxWorkers)
	check(o.json || !o.scores, "-scores needs -json")
	check(*ties == "share" || *ties == "split", "-ties %q is neither share nor split", *ties)
	check(*mark == "" || *mark == "." || *mark == ",", "-decimal-mark %q is neither . nor ,", *mark)
	check(lo.Contains(presetNames, o.segments) || isFile(o.segments),
		"-segments %q is none of %q and no file", o.segments, presetNames)
	check(o.dateFormat == "" || isLayout(o.dateFormat),
		"-date-format %q is no Go layout with year, month and day, such as 02/01/2006", o.dateFormat)
	o.split = *ties == "split"
	if *mark != "" {
		o.decimalMark = (*mark)[0]
	}
	var err error
	if o.delimiter, err = parseDelimiter(*delimiter); err != nil {
		faults.Add(err)
	}
	if o.lang, err = guanxi.ParseLang(*lang); err != nil {
		faults.Add(fmt.Errorf("-lang: %w", err))
	}
	if o.loc, err = time.LoadLocation(cmp.Or(*tz, "UTC")); err != nil {
		faults.Add(fmt.Errorf("-tz %q is no time zone known here", *tz))
		o.loc = time.UTC
	}
	if *asOf != "" {
		o.asOf, err = parseAsOf(*asOf, o.loc)
		check(err == nil, "-as-of %q is no date such as 2006-01-02 or 2006-01-02T15:04:05+08:00", *asOf)
		dayBefore := o.asOf.AddDate(0, 0, -1) // it is exclusive
		check(err != nil || csvfile.InYears(o.asOf) || csvfile.InYears(dayBefore), "-as-of %q is %v", *asOf, csvfile.ErrYear)
	}
	if !given["currency"] && o.orders == "" {
		o.currency = "CNY" // the simulated shop's
	}
	return o, faults.Err()
}

// isFile reports whether a value of -segments is meant as a file.
func isFile(name string) bool {
	if filepath.Ext(name) == ".json" {
		return true
	}
	_, err := os.Stat(name)
	return err == nil
}

func parseDelimiter(s string) (rune, error) {
	switch s {
	case "":
		return 0, nil
	case ",", ";", "|", "\t":
		return rune(s[0]), nil
	case "tab", `\t`:
		return '\t', nil
	}
	return 0, fmt.Errorf("-delimiter %q is none of , ; | and tab", s)
}
