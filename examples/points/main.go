// Command points runs a loyalty programme: it plays a year of a sample programme
// and shows what customers have and what the shop owes them, or it applies the
// commands of a file to a programme of a file.
//
//	go run ./examples/points
//	go run ./examples/points -lang zh -seed 7 -customer c0012
//	go run ./examples/points -program program.json -commands commands.ndjson -json
package main

import (
	"io"
	"os"

	"github.com/guanxi-go/guanxi/examples/internal/command"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: see command.Run.
func run(args []string, stdout, stderr io.Writer) int {
	return command.Run("points", args, stdout, stderr, parseOptions, show, nil)
}

// show is the whole job: commands of a file, or a year.
func show(o options, out, _ io.Writer) error {
	if o.commands != "" {
		return showCommands(o, out)
	}
	return showYear(o, out)
}

// showCommands reads both files to their ends before anything is carried out.
func showCommands(o options, out io.Writer) error {
	p, err := readProgram(o.program)
	if err != nil {
		return err
	}
	list, err := readCommands(o.commands)
	if err != nil {
		return err
	}
	d, err := openDesk(p, openStore())
	if err != nil {
		return err
	}
	results, err := d.carryOut(list)
	if err != nil {
		return err
	}
	end, err := d.finish(list, results, o)
	if err != nil {
		return err
	}
	if o.json {
		return writeResults(out, results, end)
	}
	return writeResultsReport(out, d, results, end, o)
}

// showYear plays the sample programme and reports on it.
func showYear(o options, out io.Writer) error {
	p, err := sampleProgram()
	if err != nil {
		return err
	}
	d, err := openDesk(p, openStore())
	if err != nil {
		return err
	}
	y, err := playYear(d, o)
	if err != nil {
		return err
	}
	a, err := analyse(y, o)
	if err != nil {
		return err
	}
	if o.json {
		return writeYearJSON(out, a)
	}
	return writeYearReport(out, a, o)
}
