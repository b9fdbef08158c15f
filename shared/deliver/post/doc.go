// Package post makes an attempt as one HTTP POST and says what its answer means for a delivery.
package post
