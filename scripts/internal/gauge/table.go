package gauge

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Row is a subject with its figures.
type Row struct {
	Name    string
	Figures Figures
	// Start is the CPU time until the scanner is built, First until it has also scanned one document; each in a process of
	// its own.
	Start, First time.Duration
}

// Print writes the table. The last row is what the others are compared with.
func Print(w io.Writer, rows []Row) error {
	base := rows[len(rows)-1].Figures
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "scanner\tMB/s\tMB/s, 64 KB\tdocuments/s\tp50 a KB\tp99 a KB\tallocations\tstart\tfirst answer\tfindings\tratio\t64 KB\t")
	for _, r := range rows {
		f := r.Figures
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.0f\t%s\t%s\t%.0f\t%s\t%s\t%d\t%.1f\t%.1f\t\n", r.Name, f.Rate, f.LongRate, f.Documents,
			micros(f.P50), micros(f.P99), f.Allocations, millis(r.Start), millis(r.First), f.Findings, f.Rate/base.Rate, f.LongRate/base.LongRate)
	}
	return t.Flush()
}

func micros(d time.Duration) string { return fmt.Sprintf("%.0f µs", float64(d)/1e3) }

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) }
