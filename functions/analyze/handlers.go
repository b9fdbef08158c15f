package analyze

import (
	"net/http"

	"guardrails/shared/fn"
)

// Bindings are the handlers of this context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"analyze":         fn.Route(newAnalyze, fn.Status(http.StatusOK)),
		"analyze-stream":  fn.Route(newStream, fn.Describe(describeStream)),
		"redact":          fn.Route(newRedact, fn.Status(http.StatusOK)),
		"restore":         fn.Route(newRestore, fn.Status(http.StatusOK)),
		"analyses-list":   fn.Route(newList),
		"analyses-get":    fn.Route(newGet),
		"detectors-list":  fn.Route(newDetectorsList),
		"frameworks-list": fn.Route(newFrameworksList),
		"analysis-record": fn.Batches(newRecordWorker),
	}
}
