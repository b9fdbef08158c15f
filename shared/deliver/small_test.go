package deliver

import "testing"

// small says that simulations run at a smaller size: under -short, and under the race detector, where the whole size takes
// minutes and finds no more races. `go test ./shared/deliver` runs the whole size; the chaos run is whole in either.
func small() bool { return testing.Short() || raced }
