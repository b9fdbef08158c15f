package detect

import (
	"context"
	"math"
	"slices"
	"sync"
	"unicode/utf8"

	"guardrails/shared/model"
)

// scan is the working memory of one scan, reused through the engine's pool.
type scan struct {
	plan *Plan
	// effort is the scan's own, or that of the scan that this one is a part of.
	effort *effort
	own    effort
	// raw is the text as it came; text what the detectors see: raw itself if it is ASCII, else the folded copy,
	// with its map back to raw.
	raw    string
	text   string
	total  int
	folder folder
	folded bool
	planes planes

	hits    [maxBanks][]hit
	keys    [maxBanks][]hit
	keyText []byte
	// readHits are the words of a reading, leet is the view with leet words in letters.
	readHits []hit
	leet     []byte
	// innermost is where the last of the keys starts.
	innermost int
	ranks     ranks

	windows []window
	// allowCut and decodeCut say that the budget of allow expressions or of decoding ran out.
	allowCut, decodeCut bool
	// depth counts the encodings that the text came out of; decodeLeft is how much may still be decoded.
	depth, decodeLeft int
	// soft are the places in the view of spaces that soft hyphens became; rawSoft are those in the raw text.
	soft, rawSoft []int32
	// cues are where the text may be rotated, isRotated says that it was.
	cues      []rotationCue
	isRotated bool
	// labeled says that a key has a word that a detector takes for a label.
	labeled bool

	// lastWindow is, by detector, 1 + the index of its latest window; anchorEnd the end of its latest value.
	lastWindow []int32
	anchorEnd  []int32
	// seen are, by detector, the word sets of a lexicon that occur in the text.
	seen []uint64

	// scorer and margins are the models' memory; judged is what they say of the reading at hand.
	scorer  model.Scorer
	margins []float64
	cuts    []int32
	// asked says which judges the reading at hand is put to.
	asked [maxJudges]bool
	// heard is the model that margins are of, for the unit at hand.
	heard   *model.Model
	judged  []judged
	lexHits []lexHit
	terms   []termHit
	// words and deletions are the memory of fuzzy terms.
	words     []span32
	deletions deletions
	// customWindows and lastCustom are what windows and lastWindow are, for the expressions of a tenant.
	customWindows []customWindow
	lastCustom    []int32
	// budget is what expressions may still cost, customs how many matches there were.
	budget, customs int
	cands           []candidate
	failed          []int
	order           []int32
	kept            []int32
	used            bitset
	norm            normal
	matcher         matcher

	// fences are places of the view where a unit ends in any case, rawFences those of the raw text: the units of a view
	// are those of the text that it is a view of. ends caches where the units of this view end.
	fences, rawFences, ends []int32
	live
}

// maxBanks is the number of banks an engine can have: built-in and tenant.
const maxBanks = 2

// hit is an occurrence of a word in the view.
type hit struct {
	start, end int32
	entry      *entry
}

// stage is one step of a scan.
type stage struct {
	run func(*scan)
	// uses reports whether a detector's result depends on the stage.
	uses func(*compiled) bool
	// labels says that the stage is needed to find a value behind its label.
	labels bool
}

// pipeline is the order of work. Each stage reads what the ones before it left in the scan and adds candidates.
var pipeline = [...]stage{
	{(*scan).makeView, func(*compiled) bool { return true }, true},
	{(*scan).buildPlanes, func(*compiled) bool { return true }, true},
	{(*scan).findWords, func(*compiled) bool { return true }, true},
	{(*scan).findNumbers, func(d *compiled) bool { return d.Number != nil }, false},
	{(*scan).findAnchors, func(d *compiled) bool { return d.Anchor != nil }, true},
	{(*scan).runPatterns, func(d *compiled) bool { return d.Pattern != nil }, true},
	{(*scan).runMeaning, func(d *compiled) bool { return d.meaning() }, false},
	{(*scan).runCustom, func(d *compiled) bool { return d.custom != nil }, false},
}

// Scan finds what the options ask for in text. Names in the options that stand for nothing are passed over;
// Compile reports them. When ctx ends early, the detectors that have not run are named in Result.Incomplete.
func (e *Engine) Scan(ctx context.Context, text string, o Options) Result {
	p, _ := e.Compile(o)
	return p.Scan(ctx, text, o.Keys)
}

// Scan finds what the plan asks for in text. Keys are the names around the text, as in Options.
func (p *Plan) Scan(ctx context.Context, text string, keys []string) Result {
	s := p.e.pool.Get().(*scan)
	defer s.release(p.e.pool)
	s.reset(ctx, p, text)
	s.findKeys(keys)
	s.run(nil)
	s.scanViews(keys)
	return s.result()
}

// run takes the text through the stages that only admits, or all if it is nil, until ctx ends.
func (s *scan) run(only func(*stage) bool) {
	for i := range pipeline {
		if !s.effort.look() {
			s.cutShort(pipeline[i:])
			return
		}
		if only == nil || only(&pipeline[i]) {
			pipeline[i].run(s)
		}
		if s.effort.ended {
			s.cutShort(pipeline[i:])
			return
		}
	}
}

// effort counts the work of a scan, in about the time that an expression spends on a byte, and ends the scan with its
// context.
type effort struct {
	ctx context.Context //nolint:containedctx // all loops of a scan look at it
	// work is what was done so far; due is at which count ctx is looked at again.
	work, due int
	ended     bool
}

// checkEvery is how much work is done between two looks at the context: less than a millisecond's.
const checkEvery = 8 << 10

// spend counts work that is about to be done and reports whether the scan may go on. Every loop whose length
// depends on the text asks it, so that a scan ends soon after its context, however long the text is.
func (e *effort) spend(work int) bool {
	if e.work += work; e.work >= e.due {
		return e.look()
	}
	return !e.ended
}

// look is spend where it is time to look at the context.
func (e *effort) look() bool {
	e.due = e.work + checkEvery
	e.ended = e.ended || e.ctx.Err() != nil
	return !e.ended
}

// maxText is how much of a text is scanned: offsets are kept in 32 bits, and folding may lengthen a text.
const maxText = math.MaxInt32 / 16

// reset readies the scan for a text.
func (s *scan) reset(ctx context.Context, p *Plan, text string) {
	s.own = effort{ctx: ctx}
	s.effort = &s.own
	s.total = utf8.RuneCountInString(text)
	text = text[:min(len(text), maxText)]
	s.plan, s.raw, s.text = p, text, text
	s.folded = false
	s.ranks.ready, s.allowCut, s.decodeCut, s.labeled, s.isRotated = false, false, false, false, false
	s.soft, s.rawSoft, s.fences, s.rawFences, s.ends = s.soft[:0], nil, s.fences[:0], nil, s.ends[:0]
	s.cues = s.cues[:0]
	s.live.reset()
	s.depth, s.decodeLeft = 0, min(2*len(text), maxDecoded)
	for i := range s.hits {
		s.hits[i], s.keys[i] = s.hits[i][:0], s.keys[i][:0]
	}
	s.terms, s.customWindows, s.budget, s.customs = s.terms[:0], s.customWindows[:0], customBudget, 0
	s.lastCustom = append(s.lastCustom[:0], make([]int32, len(p.e.regexes))...)
	s.windows, s.lexHits, s.cands, s.failed = s.windows[:0], s.lexHits[:0], s.cands[:0], s.failed[:0]
	if len(s.lastWindow) < len(p.e.dets) {
		s.lastWindow = make([]int32, len(p.e.dets))
		s.anchorEnd = make([]int32, len(p.e.dets))
		s.seen = make([]uint64, len(p.e.dets))
	}
	clear(s.lastWindow)
	clear(s.anchorEnd)
}

// maxPooled is the longest text whose working memory is kept.
const maxPooled = 1 << 20

// release gives the working memory back without the text and what belongs to a tenant.
func (s *scan) release(pool *sync.Pool) {
	if len(s.raw) > maxPooled {
		return
	}
	s.plan, s.raw, s.text, s.norm = nil, "", "", normal{}
	s.effort, s.own = nil, effort{}
	s.heard = nil
	s.matcher.release()
	clear(s.judged)
	clear(s.folder.dst)
	clear(s.keyText)
	clear(s.leet)
	// What was as long as the text must not be, or every scan after it would clear as much.
	s.folder.dst, s.judged, s.keyText, s.leet = s.folder.dst[:0], s.judged[:0], s.keyText[:0], s.leet[:0]
	clear(s.cands)
	clear(s.hits[1])
	clear(s.terms)
	clear(s.deletions.runes)
	clear(s.customWindows)
	pool.Put(s)
}

// makeView makes the view that the detectors see, and finds the places in it that are given as places of the raw text.
func (s *scan) makeView() {
	s.foldText()
	s.from = s.toView(s.rawFrom)
	for _, at := range s.rawFences {
		s.fences = append(s.fences, int32(s.toView(int(at))))
	}
	for _, at := range s.rawSoft {
		s.soft = append(s.soft, int32(s.toView(int(at))))
	}
}

func (s *scan) foldText() {
	if isASCII(s.raw) {
		return
	}
	s.folder.reset()
	for i := 0; i < len(s.raw); {
		if !s.effort.spend(foldStep) {
			return
		}
		i = s.folder.foldFrom(s.raw, i, min(len(s.raw), i+foldStep))
	}
	s.text, s.folded = string(s.folder.dst), true
}

// foldStep is how much text is folded between two looks at the work done.
const foldStep = 4 << 10

// buildPlanes looks up the properties of the view's bytes.
func (s *scan) buildPlanes() {
	s.planes.size(len(s.text))
	for from := 0; from < len(s.text); from += planeStep {
		if !s.effort.spend(planeStep / 16) {
			return
		}
		s.planes.build(s.text[:min(len(s.text), from+planeStep)], from, &s.plan.e.banks[0].properties)
	}
	if s.folded {
		for _, i := range s.folder.breaks {
			if int(i) < len(s.text) {
				s.planes.set(planeBreak, int(i))
			}
		}
	}
}

// planeStep is how much text is looked up between two looks at the work done; a block of 64 bytes is not divided.
const planeStep = 16 << 10

// cutShort marks the detectors of stages that did not run.
func (s *scan) cutShort(rest []stage) {
	for _, d := range s.plan.e.dets {
		if s.plan.enabled[d.id] && slices.ContainsFunc(rest, func(st stage) bool { return st.uses(d) }) {
			s.fail(d)
		}
	}
}

// fail notes that a detector failed or was cut short.
func (s *scan) fail(d *compiled) {
	if !slices.Contains(s.failed, d.id) {
		s.failed = append(s.failed, d.id)
	}
}

// broken reports whether a value may begin or end at byte i of the view though a letter or digit stands on both sides.
func (s *scan) broken(i int) bool {
	if !s.folded || len(s.folder.breaks) == 0 {
		return false
	}
	_, ok := slices.BinarySearch(s.folder.breaks, int32(i))
	return ok
}

// toRaw maps a range of the view to the text as it came.
func (s *scan) toRaw(start, end int) (int, int) {
	if !s.folded {
		return start, end
	}
	return s.folder.m.span(start, end)
}

// toView maps a place in the raw text to the view.
func (s *scan) toView(at int) int {
	if !s.folded {
		return at
	}
	return s.folder.m.place(at, len(s.text))
}

// rawAt maps a place in the view to the raw text.
func (s *scan) rawAt(at int) int {
	if at >= len(s.text) {
		return len(s.raw)
	}
	at, _ = s.toRaw(at, at+1)
	return at
}

// result lists the findings.
func (s *scan) result() Result {
	all := s.findings()
	r := Result{Scanned: s.total, Total: s.total, Incomplete: s.incomplete()}
	if len(s.raw) == maxText {
		r.Scanned = utf8.RuneCountInString(s.raw)
	}
	n := min(len(all), maxFindings)
	r.Findings, r.Hidden = all[:n:n], all[n:]
	return r
}

// findings resolves the candidates, drops what is allowed and counts offsets.
func (s *scan) findings() []Finding {
	s.resolve()
	s.dropAllowed()
	if len(s.kept) == 0 {
		return nil
	}
	all := make([]Finding, len(s.kept))
	for i, at := range s.kept {
		all[i] = s.finding(&s.cands[at])
	}
	countOffsets(s.raw, all)
	for i, at := range s.kept {
		if j := s.cands[at].judgment; j != nil && all[i].Explanation != nil {
			all[i].Explanation.Model = j.explain(s.raw, &all[i])
		}
	}
	return all
}

// incomplete names what failed or was cut short, in order.
func (s *scan) incomplete() []string {
	var names []string
	for _, id := range s.failed {
		names = append(names, s.plan.e.dets[id].Name)
	}
	if s.allowCut {
		names = append(names, "allow_list")
	}
	if s.decodeCut {
		names = append(names, "decoding")
	}
	slices.Sort(names)
	return names
}
