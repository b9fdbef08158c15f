package document

import (
	"fmt"
	"strconv"
	"strings"

	"guardrails/shared/errs"
)

// maxCells bounds how many cells that are not empty one table may hold.
const maxCells = 50_000

// delimiters are what may stand between cells, the usual one first.
const delimiters = ",;\t|"

// cell is one cell of a table where it stands in the text, with its quotes.
type cell struct {
	row, column int
	start, end  int
	quoted      bool
}

// CSV lists the cells of a table as RFC 4180 describes it, row by row, the empty ones left out. A cell's path is
// /row/column, both counted from 0. The cells of the first row are content like any other, and context of those below
// them: most tables begin with the names of their columns. Cells may be set apart by commas, semicolons, tabs or bars;
// the one that the first row has most of counts.
//
// It fails with errs.InvalidRequest where a quoted cell is not closed or is followed by anything but a delimiter or the
// end of its row, and where the table holds more than 50,000 cells.
func CSV(text string) ([]String, error) {
	var names []string
	var out []String
	err := cells(text, func(c cell) error {
		value := c.text(text)
		if c.row == 0 {
			names = append(names, value)
		}
		if value == "" {
			return nil
		}
		if len(out) == maxCells {
			return tooMuch("has more than %d cells", maxCells)
		}
		s := String{Path: c.path(), Value: value}
		if c.row > 0 && c.column < len(names) && names[c.column] != "" {
			s.Keys = names[c.column : c.column+1 : c.column+1]
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// RewriteCSV returns the table with the cells that changes names by path replaced, in quotes where they need them.
// All other bytes stay as they are. It fails with the errors of CSV, and with errs.Internal where a path names no cell.
func RewriteCSV(text string, changes map[string]string) (string, error) {
	var out strings.Builder
	last, done := 0, 0
	delimiter := delimiterOf(text)
	err := cells(text, func(c cell) error {
		value, ok := changes[c.path()]
		if !ok {
			return nil
		}
		done++
		out.WriteString(text[last:c.start])
		out.WriteString(quoteCell(value, delimiter, c.quoted))
		last = c.end
		return nil
	})
	if err != nil {
		return "", err
	}
	if done != len(changes) {
		return "", errs.Wrap(errs.Internal, "The table could not be rewritten.", fmt.Errorf("%d of %d paths name a cell", done, len(changes)))
	}
	out.WriteString(text[last:])
	return out.String(), nil
}

// path is the cell's JSON pointer, as if the table were an array of arrays.
func (c cell) path() string { return "/" + strconv.Itoa(c.row) + "/" + strconv.Itoa(c.column) }

// text is what the cell says.
func (c cell) text(text string) string {
	if !c.quoted {
		return text[c.start:c.end]
	}
	return strings.ReplaceAll(text[c.start+1:c.end-1], `""`, `"`)
}

// quoteCell returns the value as a cell, in quotes if it was or needs to be.
func quoteCell(value string, delimiter byte, quoted bool) string {
	if !quoted && !strings.ContainsAny(value, "\"\r\n"+string(delimiter)) {
		return value
	}
	return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
}

// byteOrderMark may stand before a table that a spreadsheet has written.
const byteOrderMark = "\ufeff"

// cells calls visit for each cell of a table.
func cells(text string, visit func(cell) error) error {
	delimiter := delimiterOf(text)
	c := cell{}
	if strings.HasPrefix(text, byteOrderMark) {
		c.start = len(byteOrderMark)
	}
	for c.start <= len(text) {
		if err := c.close(text, delimiter); err != nil {
			return err
		}
		if err := visit(c); err != nil {
			return err
		}
		if c.end == len(text) {
			return nil
		}
		c = c.next(text, delimiter)
		if c.start == len(text) && c.column == 0 {
			return nil // the last row has ended
		}
	}
	return nil
}

// close finds where the cell ends.
func (c *cell) close(text string, delimiter byte) error {
	c.end, c.quoted = c.start, c.start < len(text) && text[c.start] == '"'
	if !c.quoted {
		for c.end < len(text) && text[c.end] != delimiter && text[c.end] != '\n' && text[c.end] != '\r' {
			c.end++
		}
		return nil
	}
	for c.end++; ; c.end++ {
		at := strings.IndexByte(text[c.end:], '"')
		if at < 0 {
			return c.fault("has a quoted cell that is not closed")
		}
		if c.end += at + 1; c.end == len(text) || text[c.end] != '"' {
			break
		}
	}
	if c.end < len(text) && text[c.end] != delimiter && text[c.end] != '\n' && text[c.end] != '\r' {
		return c.fault("has something behind the quotes of a cell")
	}
	return nil
}

// next returns where the cell behind this one starts.
func (c cell) next(text string, delimiter byte) cell {
	if text[c.end] == delimiter {
		return cell{row: c.row, column: c.column + 1, start: c.end + 1}
	}
	start := c.end + 1
	if text[c.end] == '\r' && start < len(text) && text[start] == '\n' {
		start++
	}
	return cell{row: c.row + 1, start: start}
}

// fault says what is wrong with the table at a cell, without what stands there.
func (c cell) fault(message string) error {
	return errs.Invalid(errs.Field{Message: fmt.Sprintf("%s, in row %d, column %d", message, c.row, c.column)})
}

// delimiterOf returns the delimiter that the first row has most of outside quotes.
func delimiterOf(text string) byte {
	var counts [len(delimiters)]int
	quoted := false
	for i := range len(text) {
		c := text[i]
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' || c == '\r' {
			break
		}
		if k := strings.IndexByte(delimiters, c); k >= 0 {
			counts[k]++
		}
	}
	best := 0
	for k, n := range counts {
		if n > counts[best] {
			best = k
		}
	}
	return delimiters[best]
}
