// Command survey says what a survey's answers come to: the Net Promoter Score
// and how sure it is, groups and their differences, the trend, and what people
// give as their reasons. It reads any CSV file, or data of its own.
//
//	go run ./examples/survey
//	go run ./examples/survey -responses answers.csv -score recommend -group team -json
package main

import (
	"io"
	"os"
	_ "time/tzdata" // -tz works where the system has no time zones

	"github.com/guanxi-go/guanxi/examples/internal/command"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("survey", args, stdout, stderr, parseOptions, analyse, nil)
}

// analyse is the whole job: read, count, report.
func analyse(o options, out, _ io.Writer) error {
	s, err := readSurvey(o)
	if err != nil {
		return err
	}
	c, err := count(s)
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(out, c, o)
	}
	return writeReport(out, s, c, o)
}

// readSurvey reads a file, or invents the answers of a shop.
func readSurvey(o options) (*survey, error) {
	if o.responses == "" {
		return invent(o.loc), nil
	}
	return readResponses(o)
}
