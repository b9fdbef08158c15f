package detect

import "sort"

// spanMap relates byte offsets of a derived view to byte offsets of the text it came from.
// A nil map is the identity.
type spanMap []spanRun

// spanRun covers consecutive units of one shape: each unit of src bytes became a unit of dst bytes.
// Bytes that were dropped belong to no run.
type spanRun struct {
	dst, src       int32
	dstLen, srcLen uint8
}

// add records that srcLen bytes at src became dstLen bytes at dst. Calls come in order of position.
func (m spanMap) add(dst, src, dstLen, srcLen int) spanMap {
	if dstLen == 0 {
		return m
	}
	if n := len(m); n > 0 {
		last := m[n-1]
		if int(last.dstLen) == dstLen && int(last.srcLen) == srcLen {
			units := (dst - int(last.dst)) / dstLen
			if int(last.src)+units*srcLen == src {
				return m
			}
		}
	}
	return append(m, spanRun{dst: int32(dst), src: int32(src), dstLen: uint8(dstLen), srcLen: uint8(srcLen)})
}

// span maps the range [start, end) of the view to the widest range of the source that made it.
// The range must not be empty.
func (m spanMap) span(start, end int) (int, int) {
	if m == nil {
		return start, end
	}
	from, _ := m.unit(start)
	_, to := m.unit(end - 1)
	return from, to
}

// unit returns the source range of the unit that holds the view's byte at.
func (m spanMap) unit(at int) (int, int) {
	i := sort.Search(len(m), func(i int) bool { return int(m[i].dst) > at }) - 1
	if i < 0 {
		return 0, 0
	}
	run := m[i]
	from := int(run.src) + (at-int(run.dst))/int(run.dstLen)*int(run.srcLen)
	return from, from + int(run.srcLen)
}

// view maps the range [start, end) of the source to the range of the view, of n bytes, that it became.
func (m spanMap) view(start, end, n int) (int, int) {
	return m.place(start, n), m.place(end, n)
}

// place returns where in the view the first unit at or after a source offset starts.
func (m spanMap) place(at, n int) int {
	i := sort.Search(len(m), func(i int) bool { return int(m[i].src) > at }) - 1
	if i < 0 {
		return 0
	}
	run, next := m[i], n
	if i+1 < len(m) {
		next = int(m[i+1].dst)
	}
	return min(next, int(run.dst)+(at-int(run.src))/int(run.srcLen)*int(run.dstLen))
}
