package document

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/errs"
)

// MaxDepth is how many arrays and objects may stand inside one another.
const MaxDepth = 64

var errDepth = errors.New("nested too deeply")

// Check reports whether raw is one JSON value in valid UTF-8 without lone surrogate escapes, repeated names or more
// than maxDepth nested arrays and objects (0 means MaxDepth). The error has the code errs.MalformedBody and says
// where the fault is in bytes, never what stands there.
func Check(raw []byte, maxDepth int) error {
	if maxDepth <= 0 {
		maxDepth = MaxDepth
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	for {
		_, err := dec.ReadToken()
		if err == nil && dec.StackDepth() > maxDepth {
			err = errDepth
		}
		if err != nil {
			return malformed(dec, err)
		}
		if dec.StackDepth() == 0 {
			return checkEnd(dec)
		}
	}
}

// checkEnd makes sure that nothing but white space follows the value.
func checkEnd(dec *jsontext.Decoder) error {
	_, err := dec.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return errs.Newf(errs.MalformedBody, "The JSON value ends before byte %d, but more follows.", dec.InputOffset())
}

// malformed turns a decoder's error into a public one. The decoder's own text is dropped: it quotes the input.
func malformed(dec *jsontext.Decoder, err error) error {
	at := dec.InputOffset()
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		at = syntactic.ByteOffset
	}
	switch {
	case errors.Is(err, errDepth):
		return errs.Newf(errs.MalformedBody, "The JSON is nested too deeply at byte %d.", at)
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errs.Newf(errs.MalformedBody, "An object repeats a name at byte %d.", at)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errs.Newf(errs.MalformedBody, "The JSON ends too early, at byte %d.", at)
	}
	return errs.Newf(errs.MalformedBody, "The body is not JSON in valid UTF-8 at byte %d.", at)
}
