package detect

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// maskSet recognises all Number masks at once: a deterministic automaton over byte classes in which a state is
// the set of masks that the bytes so far agree with. Literal letters and digits of a mask are widened to their
// class and checked by shape.matches at the end.
type maskSet struct {
	class [256]uint8
	// classes is the row length of next; state 0 is dead, state 1 the start.
	classes int
	next    []uint16
	// accept lists, by state, the shapes that end there.
	accept [][]int32
	shapes []shape
}

// shape is one mask of one detector.
type shape struct {
	det     *compiled
	mask    string
	grouped bool
}

const (
	classNone = iota
	classDigit
	classLetter
	classDash
	classDot
	classSlash
	classSpace
	classOther // first of the literal bytes
)

const (
	maxMask   = 64
	maskStart = 1
)

// newMaskSet compiles the masks of the Number detectors among dets. It fails if there are too many for 16 bits.
func newMaskSet(dets []*compiled) (*maskSet, error) {
	m := &maskSet{}
	for _, d := range dets {
		if d.Number == nil {
			continue
		}
		for _, mask := range d.Number.Masks {
			m.shapes = append(m.shapes, shape{det: d, mask: mask, grouped: strings.ContainsAny(mask, "-./ _")})
		}
	}
	m.buildClasses()
	m.next = make([]uint16, 2*m.classes)
	m.accept = make([][]int32, 2)
	all := make([]int32, len(m.shapes))
	for i := range all {
		all[i] = int32(i)
	}
	return m, m.determinize(all)
}

func (m *maskSet) buildClasses() {
	for c := range 256 {
		switch {
		case isDigit(byte(c)):
			m.class[c] = classDigit
		case isLetter(byte(c)):
			m.class[c] = classLetter
		}
	}
	m.class['-'], m.class['.'], m.class['/'], m.class[' '] = classDash, classDot, classSlash, classSpace
	m.classes = classOther
	for _, s := range m.shapes {
		for i := 0; i < len(s.mask); i++ {
			if c := s.mask[i]; m.class[c] == classNone && c != '_' {
				m.class[c] = uint8(m.classes)
				m.classes++
			}
		}
	}
}

// accepts reports whether mask byte c admits bytes of class k.
func (m *maskSet) accepts(c byte, k int) bool {
	switch c {
	case '9':
		return k == classDigit
	case 'A':
		return k == classLetter
	case 'X':
		return k == classDigit || k == classLetter
	case '-':
		return k >= classDash && k <= classSpace
	case '_':
		return k == classDash || k == classSpace
	}
	return int(m.class[c]) == k
}

// pending is a state whose row is still to be filled.
type pending struct {
	state  uint16
	depth  int
	shapes []int32
}

// determinize fills the table by subset construction. All masks in a state share their depth.
func (m *maskSet) determinize(all []int32) error {
	known := map[string]uint16{}
	queue := []pending{{state: maskStart, shapes: all}}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		for k := 1; k < m.classes; k++ {
			live := m.live(p, k)
			if len(live) == 0 {
				continue
			}
			key := subsetKey(p.depth+1, live)
			to, ok := known[key]
			if !ok {
				if len(m.accept) > 0xFFFF {
					return fmt.Errorf("number masks need more than %d states", 0xFFFF)
				}
				to = m.addState(p.depth+1, live)
				known[key] = to
				queue = append(queue, pending{to, p.depth + 1, live})
			}
			m.next[int(p.state)*m.classes+k] = to
		}
	}
	return nil
}

// live returns the shapes of p that admit class k next.
func (m *maskSet) live(p pending, k int) []int32 {
	var out []int32
	for _, i := range p.shapes {
		mask := m.shapes[i].mask
		if p.depth < len(mask) && m.accepts(mask[p.depth], k) {
			out = append(out, i)
		}
	}
	return out
}

func (m *maskSet) addState(depth int, live []int32) uint16 {
	var done []int32
	for _, i := range live {
		if len(m.shapes[i].mask) == depth {
			done = append(done, i)
		}
	}
	m.accept = append(m.accept, done)
	m.next = append(m.next, make([]uint16, m.classes)...)
	return uint16(len(m.accept) - 1)
}

func subsetKey(depth int, shapes []int32) string {
	key := make([]byte, 0, 2+4*len(shapes))
	key = binary.AppendUvarint(key, uint64(depth))
	for _, i := range shapes {
		key = binary.AppendUvarint(key, uint64(i))
	}
	return string(key)
}

// matches checks what the automaton widened: literal letters and digits, and that one separator is used throughout.
func (s *shape) matches(text string) bool {
	var sep byte
	for i := 0; i < len(s.mask); i++ {
		switch c := s.mask[i]; c {
		case '9', 'A', 'X':
		case '-', '_':
			if sep == 0 {
				sep = text[i]
			}
			if text[i] != sep {
				return false
			}
		default:
			if upper(text[i]) != c {
				return false
			}
		}
	}
	return true
}

// validMask reports why a mask cannot be used, or "".
func validMask(mask string) string {
	switch {
	case mask == "" || len(mask) > maxMask:
		return fmt.Sprintf("must have 1 to %d bytes", maxMask)
	case !strings.ContainsAny(mask, "9X0123456789"):
		return "must have a digit"
	case slices.ContainsFunc([]byte(mask), func(c byte) bool { return c >= 0x80 || isLower(c) }):
		return "must be ASCII with capital letters"
	case isMaskSeparator(mask[0]) || isMaskSeparator(mask[len(mask)-1]):
		return "must not start or end with a separator"
	}
	return ""
}

func isMaskSeparator(c byte) bool { return c == '_' || isSeparator(c) }

func isSeparator(c byte) bool { return c == '-' || c == '.' || c == '/' || c == ' ' }
