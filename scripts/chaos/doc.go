// Command chaos kills the local host again and again while events are published, and shows that none is lost.
//
//	go run ./scripts/chaos -events 5000 -kills 22 -seed 1
//
// It builds the local host, starts it on a free port with a data folder of its own, makes two destinations at a receiver
// of its own and a rule for each, and publishes events, each with an id of the caller's; a request that was not answered,
// or answered with 5xx, is sent again with the same ids. Meanwhile the host gets SIGKILL at random moments and is started
// again at once; MiniStack survives, as AWS does when a function dies. The receiver refuses three requests in a hundred
// with 503, and of two hundred it works on, it drops one's answer.
//
// When everything has arrived, or after a time, it prints a table and fails if an accepted event did not arrive for each
// rule that it matches, if a delivery came with two ids or two bodies, if one has not ended, or if more came twice than
// dropped answers explain, beyond a share of all.
package main
