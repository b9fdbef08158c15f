package detect

import "errors"

// FieldError is one mistake in Options or Custom. Neither field ever holds the caller's text.
type FieldError struct {
	// Pointer is a JSON pointer relative to the value: /patterns/0/regexes/1/pattern.
	Pointer string
	// Message says what the field must be.
	Message string
}

// Error returns the pointer and the message.
func (e *FieldError) Error() string { return e.Pointer + ": " + e.Message }

// FieldErrors returns all field errors that err holds, in order.
func FieldErrors(err error) []*FieldError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*FieldError
		for _, e := range joined.Unwrap() {
			out = append(out, FieldErrors(e)...)
		}
		return out
	}
	var field *FieldError
	if errors.As(err, &field) {
		return []*FieldError{field}
	}
	return nil
}

// fieldErrors collects mistakes up to a bound that keeps answers readable.
type fieldErrors []error

const maxFieldErrors = 100

func (f *fieldErrors) add(pointer, message string) {
	if len(*f) < maxFieldErrors {
		*f = append(*f, &FieldError{Pointer: pointer, Message: message})
	}
}

func (f fieldErrors) err() error { return errors.Join(f...) }
