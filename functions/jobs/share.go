package jobs

import (
	"time"

	"guardrails/shared/clock"
)

// firstPart is the part of an equal share that each piece has at first: most need far less, and what is tried in vain is
// lost.
const firstPart = 4

// share divides a time among n pieces of work, so that none of them can use up what the others need. Each is tried for a
// quarter of an equal part; those that are slower then share what is left, which is three quarters of all at least, in
// equal parts. It returns those that were too slow even so. try does piece i within a limit and reports whether it is
// done; its error ends everything.
func share(c clock.Clock, total time.Duration, n int, try func(i int, limit time.Duration) (bool, error)) (slow []int, err error) {
	end := c.Now().Add(total)
	todo := make([]int, n)
	for i := range todo {
		todo[i] = i
	}
	for _, first := range []bool{true, false} {
		var slow []int
		for k, i := range todo {
			limit := end.Sub(c.Now()) / time.Duration(len(todo)-k)
			if alone := k == len(todo)-1 && len(slow) == 0; first && !alone {
				limit = min(limit, total/time.Duration(n*firstPart))
			}
			done, err := try(i, limit)
			if err != nil {
				return nil, err
			}
			if !done {
				slow = append(slow, i)
			}
		}
		todo = slow
		if end.Sub(c.Now()) <= 0 {
			break
		}
	}
	return todo, nil
}
