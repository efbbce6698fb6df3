// Command shop asks the whole library about one order log, which it reads or
// invents: who the customers are, who pays, who moved, at which stage they stand,
// what they are still worth, who is leaving and why, what is owed in points, what
// they answer when asked, and what is to be done today.
//
//	go run ./examples/shop
//	go run ./examples/shop -report report.html
//	go run ./examples/shop -orders log.csv -json
package main

import (
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // -tz works where the system has no time zones

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/examples/internal/wholefile"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("shop", args, stdout, stderr, parseOptions, scoreShop, complain)
}

// scoreShop is the whole job: read, score, report. Where rows of the log were refused it
// is no success, and nothing is written to a file, unless -skip-bad says so.
func scoreShop(o options, out, stderr io.Writer) error {
	if err := checkReport(o); err != nil {
		return err
	}
	segments, err := loadSegments(o.segments)
	if err != nil {
		return err
	}
	log, err := readLog(o, stderr)
	if err != nil {
		return err
	}
	res, err := score(log, o, segments)
	if err != nil {
		return err
	}
	before, err := scoreBefore(log, res, o)
	if err != nil {
		return err
	}
	all, err := findAll(res, before, o, stderr)
	if err != nil {
		return err
	}
	if o.json {
		err = writeJSON(out, all)
	} else {
		err = writeReport(out, res, before, all, o)
	}
	if err != nil {
		return err
	}
	if err := refusedHere(o, len(log.refused), stderr); err != nil || o.report == "" {
		return err
	}
	if err := writeHTML(o.report, all, o.lang); err != nil {
		return err
	}
	if !o.json {
		_, err = fmt.Fprintf(out, guanxi.Text{EN: "\nThe report to look at: %s\n", ZH: "\n图表报告：%s\n"}.In(o.lang), o.report)
	}
	return err
}

// checkReport makes sure before all work that a report can go where it is to go, and
// that it does not take the place of what is read.
func checkReport(o options) error {
	if o.report == "" {
		return nil
	}
	if err := wholefile.Check(o.report); err != nil {
		return err
	}
	report, err := os.Stat(o.report)
	if err != nil {
		return nil // there is none yet
	}
	for flag, name := range map[string]string{"orders": o.orders, "answers": o.answers, "segments": o.segments} {
		if read, err := os.Stat(name); err == nil && os.SameFile(read, report) {
			return fmt.Errorf("-report %s is the file that -%s reads", o.report, flag)
		}
	}
	return nil
}
