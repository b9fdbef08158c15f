// Package verdict counts what a detector says of texts that are known to be hits or not.
package verdict

// Count is of texts: the hits and how many of them were found, the others and how many of them were flagged all the same.
// Shares of nothing are 0.
type Count struct{ Hits, Found, Others, Flagged int }

// Add counts one text.
func (c *Count) Add(hit, flagged bool) {
	switch {
	case hit && flagged:
		c.Hits, c.Found = c.Hits+1, c.Found+1
	case hit:
		c.Hits++
	case flagged:
		c.Others, c.Flagged = c.Others+1, c.Flagged+1
	default:
		c.Others++
	}
}

// Recall is the share of hits that were found.
func (c Count) Recall() float64 { return Ratio(c.Found, c.Hits) }

// Alarms is the share of others that were flagged.
func (c Count) Alarms() float64 { return Ratio(c.Flagged, c.Others) }

// Right is how many texts were judged as they are.
func (c Count) Right() int { return c.Found + c.Others - c.Flagged }

// Accuracy is their share.
func (c Count) Accuracy() float64 { return Ratio(c.Right(), c.Hits+c.Others) }

// MacroF1 is the mean of the F1 of hits and of others.
func (c Count) MacroF1() float64 {
	wrong := c.Hits - c.Found + c.Flagged
	f := func(right int) float64 { return Ratio(2*right, 2*right+wrong) }
	return (f(c.Found) + f(c.Others-c.Flagged)) / 2
}

// Ratio is a part's share of the whole, 0 of nothing.
func Ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
