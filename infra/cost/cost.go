// Package cost estimates what a million invocations of each function cost, from what the catalogue declares and list
// prices.
//
// It is an upper estimate of the parts that grow with use: each declared access is counted once for each invocation,
// though most reads are answered from memory, and neither free tiers nor discounts are taken off. Storage, data transfer
// and what an environment costs at rest are not in it.
package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"guardrails/shared/fn"
)

//go:embed prices.json
var priceFile []byte

// Prices are list prices in USD.
type Prices struct {
	Region     string           `json:"region"`
	AsOf       string           `json:"as_of"`
	Currency   string           `json:"currency"`
	PerMillion map[string]Price `json:"per_million"`
	// GigabyteSecond is by Lambda's names of architectures.
	GigabyteSecond map[string]any `json:"gigabyte_second"`
	LogGigabyte    Price          `json:"log_gigabyte"`
}

// Price is one price and where it was read.
type Price struct {
	Price  float64 `json:"price"`
	Source string  `json:"source"`
}

// List returns the prices that ship with the program.
func List() (Prices, error) {
	var p Prices
	if err := json.Unmarshal(priceFile, &p); err != nil {
		return p, fmt.Errorf("read prices: %w", err)
	}
	return p, nil
}

// Line is what a million invocations of one function cost, in USD by kind.
type Line struct {
	Function, Context                               string
	API, Lambda, Tables, Queues, Objects, Logs, Sum float64
}

// logBytes is what one invocation writes to its log: one line of the edge and Lambda's own three.
const logBytes = 1200

// Estimate returns a line for each function. duration is how long one invocation is assumed to take. A route with
// credentials also pays for the authorizer.
func Estimate(specs []fn.Spec, p Prices, architecture string, duration time.Duration) ([]Line, error) {
	second, ok := p.GigabyteSecond[architecture].(float64)
	if !ok {
		return nil, fmt.Errorf("there is no price for the architecture %q", architecture)
	}
	run := func(s fn.Spec) float64 {
		return p.PerMillion["lambda_request"].Price + 1e6*second*float64(s.MemoryMB)/1024*duration.Seconds()
	}
	authorizer := 0.0
	for _, s := range specs {
		if s.Trigger.Kind == fn.TriggerAuthorizer {
			authorizer = run(s)
		}
	}
	var out []Line
	for _, s := range specs {
		l := Line{Function: s.Name, Context: s.Context, Lambda: run(s), Logs: 1e6 * logBytes / (1 << 30) * p.LogGigabyte.Price}
		if s.Trigger.Kind == fn.TriggerHTTP {
			l.API = p.PerMillion["api_request"].Price
			if !s.Public() {
				l.Lambda += authorizer
			}
		}
		l.access(s, p)
		l.Sum = l.API + l.Lambda + l.Tables + l.Queues + l.Objects + l.Logs
		out = append(out, l)
	}
	return out, nil
}

// access adds each declared access once. A function that writes several tables does so in a transaction, which costs
// double.
func (l *Line) access(s fn.Spec, p Prices) {
	g := s.Grants()
	writes := 0
	for _, mode := range g.Tables {
		if mode&fn.Read != 0 {
			l.Tables += p.PerMillion["read_unit"].Price
		}
		if mode&(fn.Write|fn.Append) != 0 {
			writes++
		}
	}
	if writes > 1 {
		writes *= 2
	}
	l.Tables += float64(writes) * p.PerMillion["write_unit"].Price
	for _, mode := range g.Queues {
		if mode&fn.Send != 0 {
			l.Queues += p.PerMillion["queue_request"].Price
		}
	}
	if s.Trigger.Kind == fn.TriggerQueue { // received and deleted
		l.Queues += 2 * p.PerMillion["queue_request"].Price
	}
	for _, mode := range s.Access.Buckets { // what idempotency keeps is for large answers alone
		if mode&fn.Read != 0 {
			l.Objects += p.PerMillion["object_get"].Price
		}
		if mode&fn.Write != 0 {
			l.Objects += p.PerMillion["object_put"].Price
		}
	}
}
