package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// printMachine says where this was measured, and how.
func printMachine(w io.Writer, o *options) {
	fmt.Fprintf(w, "%s %s/%s, %d CPUs%s%s, shared with the servers\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), after(", ", field("/proc/cpuinfo", "model name")), after(", memory ", field("/proc/meminfo", "MemTotal")))
	var drivers []string
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			switch d.Path {
			case "modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/go-sql-driver/mysql":
				drivers = append(drivers, d.Path+" "+d.Version)
			}
		}
	}
	fmt.Fprintf(w, "%s\n", strings.Join(drivers, ", "))
	fmt.Fprintf(w, "%d accounts; %d turns of %v each, one after the other; commands a second and ratios are medians\n", o.accounts, o.rounds, o.turn)
	fmt.Fprintf(w, "a sync of 4 KiB to the folder of SQLite takes %v\n", syncTime(o.dir))
}

func after(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

// field returns what a file of /proc says of a name; "" where there is none.
func field(file, name string) string {
	data, _ := os.ReadFile(file)
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// syncTime is the median of some syncs.
func syncTime(dir string) time.Duration {
	f, err := os.CreateTemp(dir, "guanxi-bench-")
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	var took []float64
	page := make([]byte, 4096)
	for range 51 {
		if _, err := f.Write(page); err != nil {
			return 0
		}
		began := time.Now()
		if err := f.Sync(); err != nil {
			return 0
		}
		took = append(took, float64(time.Since(began)))
	}
	return time.Duration(median(took)).Round(time.Microsecond)
}
