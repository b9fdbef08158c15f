// Package numberplan knows the world's telephone numbering plans: which digits are a number that can be called.
//
// The plans are those of Google's libphonenumber, and so are the rules by which digits are read. The tests hold every
// answer to a port of that library, github.com/nyaruka/phonenumbers, which is not linked into the product: it decodes all
// of its tables when a process starts, and brings a decoder that keeps every method of every type in the binary.
package numberplan
