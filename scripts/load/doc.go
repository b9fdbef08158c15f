// Command load puts a running API under load and says how it answers.
//
//	go run ./scripts/load -url http://127.0.0.1:8080 -key gr_live_... -rate 100 -duration 30s
//	go run ./scripts/load -url http://127.0.0.1:8080 -key gr_live_... -kind events -rate 50 -duration 60s
//	go run ./scripts/load -url http://127.0.0.1:8080 -key gr_live_... -kind job -documents 10000
//
// Kind analyze sends texts of 1 KB with three findings at a fixed rate, whether answers come or not, and measures each
// answer from the moment at which its request was due: a server that falls behind is seen as it is. A key without a
// limit of its own stops at 100 requests a second; give several, with commas between them, to go beyond.
//
// Kind events makes a destination and a rule, sends events of 1 KB at a fixed rate, receives their webhooks itself, and
// shows the time from each event to the first byte of its webhook, as percentiles and as a histogram.
//
// Kind job uploads documents of 1 KB, waits for the job and reads every result: documents a second and exact counts.
package main
