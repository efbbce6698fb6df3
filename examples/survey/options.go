package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/nps"
	"github.com/samber/lo"
)

// options are the flags, checked.
type options struct {
	responses                string
	score, group, time, text string // columns; "" is none
	missing                  string // what an empty cell says
	dateFormat               string // "": years first
	loc                      *time.Location
	confidence               float64
	minimum                  int64
	period                   nps.Period
	lang                     guanxi.Lang
	top                      int
	json                     bool
}

var periods = []nps.Period{nps.Day, nps.Week, nps.Month, nps.Quarter, nps.Year}

// parseOptions reads the flags. Whatever is wrong with them is one error.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("survey", flag.ContinueOnError)
	f.StringVar(&o.responses, "responses", "", "answers to read, a CSV `file`; without it an invented survey is shown")
	f.StringVar(&o.score, "score", "", "`column` of the score, 0 to 10")
	f.StringVar(&o.group, "group", "", "`column` of a team, a segment or a touchpoint to compare by")
	f.StringVar(&o.time, "time", "", "`column` of the time of the answer")
	f.StringVar(&o.text, "text", "", "`column` of the open reason")
	f.StringVar(&o.missing, "missing", "", "`text` of a cell that counts as empty, such as NA (default: only empty cells do)")
	f.StringVar(&o.dateFormat, "date-format", "", "Go `layout` of the times, such as 02/01/2006 (default: any that begins with the year)")
	tz := f.String("tz", "UTC", "IANA `zone` in which days begin and times without an offset are read")
	f.Float64Var(&o.confidence, "confidence", nps.DefaultConfidence, "confidence `level` of the intervals, between 0 and 1")
	f.Int64Var(&o.minimum, "minimum", nps.DefaultMinAnswers, "answers that a group, a period or a theme must have to be judged")
	period := f.String("period", string(nps.Month), "of the trend: day, week, month, quarter or year")
	lang := f.String("lang", "en", "language of the report: en or zh")
	f.IntVar(&o.top, "top", 10, "how many differences and themes to list")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of the report")
	if err := command.Parse(f, args, stderr); err != nil {
		return o, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })

	var faults command.Checks
	check := faults.Want
	check(f.NArg() == 0, "%q is not a flag; answers are read with -responses", f.Arg(0))
	check(!given["responses"] || o.responses != "", "-responses names no file")
	check(o.responses == "" || o.score != "", "-responses needs -score, the name of the column with the score")
	for _, name := range []string{"score", "group", "time", "text", "missing", "date-format"} {
		check(!given[name] || given["responses"], "-%s says how to read -responses, and there is none", name)
	}
	check(!given["date-format"] || given["time"], "-date-format says how to read -time, and there is none")
	check(o.dateFormat == "" || isLayout(o.dateFormat),
		"-date-format %q is no Go layout with year, month and day, such as 02/01/2006", o.dateFormat)
	check(o.confidence > 0 && o.confidence < 1, "-confidence %v: %w", o.confidence, nps.ErrConfidence)
	check(o.minimum >= 1 && o.minimum <= nps.MaxCount, "-minimum %d is not in 1 to %d", o.minimum, int64(nps.MaxCount))
	check(o.top >= 0, "-top %d is negative", o.top)
	o.period = nps.Period(*period)
	check(lo.Contains(periods, o.period), "-period %q is none of %q", *period, periods)
	var err error
	if o.lang, err = guanxi.ParseLang(*lang); err != nil {
		faults.Add(fmt.Errorf("-lang: %w", err))
	}
	if o.loc, err = time.LoadLocation(cmp.Or(*tz, "UTC")); err != nil {
		faults.Add(fmt.Errorf("-tz %q is no time zone known here", *tz))
	}
	return o, faults.Err()
}
