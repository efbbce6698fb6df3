package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
)

// The files are -out with these ends, and while they are not finished with one more.
const (
	table      = "-table.tsv"
	refused    = "-refused.txt"
	customers  = "-customers.jsonl"
	unfinished = ".unfinished"
)

var results = []string{table, refused, customers}

// named is how many refused lines are named.
const named = 20

// finish gives the files their names, so that those of an earlier run stand until all of
// this one are there; where lines were refused only with -skip_bad. It names those lines
// either way.
func finish(ctx context.Context, o *options, stderr io.Writer) error {
	fs, err := filesystem.New(ctx, o.out)
	if err != nil {
		return err
	}
	defer func() { _ = fs.Close() }()
	bad, err := refusedOf(ctx, fs, o.out)
	if err != nil {
		return errors.Join(err, discard(ctx, o.out))
	}
	for _, line := range bad[:min(named, len(bad))] {
		fmt.Fprintf(stderr, "example: %s\n", line)
	}
	if more := len(bad) - named; more > 0 {
		fmt.Fprintf(stderr, "example: and %d more\n", more)
	}
	if len(bad) > 0 && !o.skipBad {
		return errors.Join(fmt.Errorf("nothing is written: lines refused: %d; -skip_bad leaves them out", len(bad)), discard(ctx, o.out))
	}
	for _, end := range results {
		there, err := exists(ctx, fs, o.out+end+unfinished)
		switch {
		case err != nil:
		case there:
			err = filesystem.Rename(ctx, fs, o.out+end+unfinished, o.out+end)
		default: // Beam writes no file without a line: that of an earlier run goes
			err = remove(ctx, fs, o.out+end)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refusedOf are the lines that were refused, in their order.
func refusedOf(ctx context.Context, fs filesystem.Interface, out string) ([]string, error) {
	there, err := exists(ctx, fs, out+refused+unfinished)
	if err != nil || !there {
		return nil, err
	}
	data, err := filesystem.Read(ctx, fs, out+refused+unfinished)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range bytes.Lines(data) {
		lines = append(lines, string(bytes.TrimRight(line, "\n")))
	}
	slices.SortFunc(lines, compareRefused)
	return lines, nil
}

// compareRefused is the order of files, and within one of lines: see refusedLines.
func compareRefused(a, b string) int {
	file := func(line string) (name string, at int) {
		name, rest, _ := strings.Cut(line, atByte)
		number, _, _ := strings.Cut(rest, ":")
		at, _ = strconv.Atoi(number)
		return name, at
	}
	nameA, atA := file(a)
	nameB, atB := file(b)
	return cmp.Or(strings.Compare(nameA, nameB), cmp.Compare(atA, atB), strings.Compare(a, b))
}

// discard takes away what is not finished.
func discard(ctx context.Context, out string) error {
	fs, err := filesystem.New(ctx, out)
	if err != nil {
		return err
	}
	defer func() { _ = fs.Close() }()
	var faults []error
	for _, end := range results {
		faults = append(faults, remove(ctx, fs, out+end+unfinished))
	}
	return errors.Join(faults...)
}

func exists(ctx context.Context, fs filesystem.Interface, name string) (bool, error) {
	files, err := fs.List(ctx, name)
	return len(files) > 0, err
}

// remove takes a file away, if it is there.
func remove(ctx context.Context, fs filesystem.Interface, name string) error {
	there, err := exists(ctx, fs, name)
	if err != nil || !there {
		return err
	}
	return fs.(filesystem.Remover).Remove(ctx, name) // writable has asked whether it can
}
