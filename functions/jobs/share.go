package jobs

import (
	"time"

	"guardrails/shared/clock"
)

// share divides a time among n pieces of work, so that none of them can use up what the others need: each may take an
// equal part of what is left, and what the quick ones leave goes to the slow ones, which are tried a second time with
// more. It returns those that were too slow even so. try does piece i within a limit and reports whether it is done;
// its error ends everything.
func share(c clock.Clock, total time.Duration, n int, try func(i int, limit time.Duration) (bool, error)) (slow []int, err error) {
	end := c.Now().Add(total)
	todo, had := make([]int, n), make([]time.Duration, n)
	for i := range todo {
		todo[i] = i
	}
	for range 2 {
		var slow []int
		for k, i := range todo {
			limit := end.Sub(c.Now()) / time.Duration(len(todo)-k)
			if limit <= had[i] {
				slow = append(slow, i) // it would only fail again
				continue
			}
			had[i] = limit
			done, err := try(i, limit)
			if err != nil {
				return nil, err
			}
			if !done {
				slow = append(slow, i)
			}
		}
		todo = slow
	}
	return todo, nil
}
