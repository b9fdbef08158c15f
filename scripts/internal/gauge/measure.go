package gauge

import (
	"math"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Scan looks at a text and returns how many findings there are.
type Scan func(text string) int

// Subject is a scanner under measurement.
type Subject struct {
	Name string
	// Start builds the scanner as a process does once.
	Start func() (Scan, error)
}

// Figures are what was measured of a subject; times are CPU time of one core.
type Figures struct {
	// Rate and LongRate are MB/s (10^6 bytes) on documents and on texts of 64 KB.
	Rate, LongRate float64
	// Documents is how many documents are scanned in a second.
	Documents float64
	// P50 and P99 are over documents: the median of each document's times, for each KB (1,024 bytes) of it.
	P50, P99 time.Duration
	// Allocations is how many there are for a document.
	Allocations float64
	// Findings is how many there are in the corpus.
	Findings int
}

// cpu is the CPU time of this process, user and system, with garbage collection.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // it knows no failure for RUSAGE_SELF
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// spent is what f takes.
func spent(f func()) time.Duration {
	begin := cpu()
	f()
	return cpu() - begin
}

// course collects what the passes over the corpus took.
type course struct {
	scan        Scan
	short, long []time.Duration
	documents   [][]time.Duration
	figures     Figures
}

// Measure runs the scanners over the corpus so many times, in turns, so that whatever else the machine does is shared.
// The medians of the runs count. The first pass, in which expressions compile, does not.
func Measure(scans []Scan, runs int) []Figures {
	documents := Corpus()
	long := Long(documents)
	list := make([]*course, len(scans))
	for i, s := range scans {
		list[i] = &course{scan: s, documents: make([][]time.Duration, len(documents))}
		list[i].count(documents)
		pass(s, long)
	}
	for range runs {
		for _, c := range list {
			runtime.GC()
			c.short = append(c.short, spent(func() { pass(c.scan, documents) }))
			c.long = append(c.long, spent(func() { pass(c.scan, long) }))
			for i, d := range documents {
				c.documents[i] = append(c.documents[i], spent(func() { c.scan(d) }))
			}
		}
	}
	out := make([]Figures, len(list))
	for i, c := range list {
		out[i] = c.result(documents, long)
	}
	return out
}

func pass(scan Scan, texts []string) (found int) {
	for _, t := range texts {
		found += scan(t)
	}
	return found
}

// count takes the first pass and then counts findings and allocations.
func (c *course) count(documents []string) {
	pass(c.scan, documents)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c.figures.Findings = pass(c.scan, documents)
	runtime.ReadMemStats(&after)
	c.figures.Allocations = float64(after.Mallocs-before.Mallocs) / float64(len(documents))
}

func (c *course) result(documents, long []string) Figures {
	f := c.figures
	took := median(c.short)
	f.Rate, f.LongRate = rate(size(documents), took), rate(size(long), median(c.long))
	f.Documents = float64(len(documents)) / took.Seconds()
	each := make([]time.Duration, len(documents))
	for i, times := range c.documents {
		each[i] = time.Duration(float64(median(times)) * 1024 / float64(len(documents[i])))
	}
	slices.Sort(each)
	f.P50, f.P99 = each[len(each)/2], each[len(each)*99/100]
	return f
}

func size(texts []string) (n int) {
	for _, t := range texts {
		n += len(t)
	}
	return n
}

// rate is MB/s.
func rate(bytes int, took time.Duration) float64 { return float64(bytes) / 1e6 / took.Seconds() }

func median(list []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// slope is the exponent with which times grow with sizes, by least squares over their logarithms: 1 where they grow alike.
func slope(sizes []int, times []time.Duration) float64 {
	var n, x, y, xx, xy float64
	for i, t := range times {
		if t <= 0 {
			continue
		}
		lx, ly := math.Log(float64(sizes[i])), math.Log(float64(t))
		n, x, y, xx, xy = n+1, x+lx, y+ly, xx+lx*lx, xy+lx*ly
	}
	if d := n*xx - x*x; d != 0 {
		return (n*xy - x*y) / d
	}
	return 0
}

// Started builds a subject and scans a document, and returns the CPU time of the process after each.
func Started(s Subject) (built, first time.Duration, err error) {
	document := Corpus()[0]
	before := cpu()
	scan, err := s.Start()
	if err != nil {
		return 0, 0, err
	}
	built = cpu() - before
	scan(document)
	return built, cpu() - before, nil
}
