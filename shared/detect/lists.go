package detect

// allow drops the findings that an allow list names.
func (s *scan) allow() {}

// lists are a tenant's allow entries.
type lists struct{}

// customRule is what a custom pattern or deny entry has beyond a detector.
type customRule struct {
	deny       bool
	keepNested bool
	sources    []Source
	reach      int
}

func (s *scan) runCustom() {}
