package model

import (
	"math"
	"math/rand/v2"
)

// row is one text of a training set for one head.
type row struct {
	x []feature
	// y is 1 or -1; cost is C for this row.
	y    float64
	cost float64
}

// The end of the search: after so many passes over the rows, or once no projected gradient is farther from 0.
const (
	maxPasses = 60
	tolerance = 0.1
)

// solve finds the weights and the bias that separate the rows best: an L2-regularized support vector machine with
// squared hinge loss, by dual coordinate descent. Products are rounded before they are added, so that the result
// is the same on machines that can do both at once.
func solve(rows []row, dim int, seed uint64) (w []float64, bias float64) {
	w = make([]float64, dim)
	alpha := make([]float64, len(rows))
	diag := make([]float64, len(rows))
	order := make([]int, len(rows))
	for i := range rows {
		order[i] = i
		q := 1.0 // of the bias
		for _, f := range rows[i].x {
			q += float64(float64(f.value) * float64(f.value))
		}
		diag[i] = q + 0.5/rows[i].cost
	}
	rnd := rand.New(rand.NewPCG(seed, seed^0x5DEECE66D)) //nolint:gosec // an order, not a secret
	for range maxPasses {
		rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		worst := 0.0
		for _, i := range order {
			r := &rows[i]
			dot := bias
			for _, f := range r.x {
				dot += float64(w[f.id] * float64(f.value))
			}
			g := float64(r.y*dot) - 1 + float64(alpha[i]*0.5/r.cost)
			if alpha[i] == 0 && g >= 0 {
				continue
			}
			worst = max(worst, math.Abs(g))
			next := max(alpha[i]-g/diag[i], 0)
			d := float64((next - alpha[i]) * r.y)
			alpha[i] = next
			if d == 0 {
				continue
			}
			for _, f := range r.x {
				w[f.id] += float64(d * float64(f.value))
			}
			bias += d
		}
		if worst < tolerance {
			break
		}
	}
	return w, bias
}

// sigmoid is Platt's: the probability at a margin m is 1/(1+exp(a·m+b)).
type sigmoid struct{ a, b float64 }

func (s sigmoid) at(m float64) float64 {
	z := float64(s.a*m) + s.b
	if z >= 0 {
		e := math.Exp(-z)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(z))
}

// calibrate fits a sigmoid to margins of texts that the weights were not made from, by Newton's method with backtracking
// (Lin, Lin and Weng, Machine Learning 68, 2007).
func calibrate(margins []float64, hit []bool) sigmoid {
	positive := 0
	for _, h := range hit {
		if h {
			positive++
		}
	}
	negative := len(hit) - positive
	yes, no := float64(positive+1)/float64(positive+2), 1/float64(negative+2)
	target := make([]float64, len(hit))
	for i, h := range hit {
		target[i] = no
		if h {
			target[i] = yes
		}
	}
	s := sigmoid{0, math.Log(float64(negative+1) / float64(positive+1))}
	loss := func(s sigmoid) float64 {
		sum := 0.0
		for i, m := range margins {
			z := float64(s.a*m) + s.b
			if z >= 0 {
				sum += float64(target[i]*z) + math.Log1p(math.Exp(-z))
			} else {
				sum += float64((target[i]-1)*z) + math.Log1p(math.Exp(z))
			}
		}
		return sum
	}
	value := loss(s)
	for range 100 {
		h11, h22, h21, g1, g2 := 1e-12, 1e-12, 0.0, 0.0, 0.0
		for i, m := range margins {
			p := s.at(m)
			d2 := float64(p * (1 - p))
			h11 += float64(float64(m*m) * d2)
			h22 += d2
			h21 += float64(m * d2)
			d1 := target[i] - p
			g1 += float64(m * d1)
			g2 += d1
		}
		if math.Abs(g1) < 1e-5 && math.Abs(g2) < 1e-5 {
			break
		}
		det := float64(h11*h22) - float64(h21*h21)
		da, db := -(float64(h22*g1)-float64(h21*g2))/det, -(float64(h11*g2)-float64(h21*g1))/det
		slope := float64(g1*da) + float64(g2*db)
		step := 1.0
		for ; step >= 1e-10; step /= 2 {
			next := sigmoid{s.a + float64(step*da), s.b + float64(step*db)}
			if v := loss(next); v < value+float64(1e-4*float64(step*slope)) {
				s, value = next, v
				break
			}
		}
		if step < 1e-10 {
			break
		}
	}
	return s
}
