package plan

import (
	"time"

	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/resource"
	"guardrails/shared/telemetry"
)

// Alarm is a condition on one metric that people, and deployments, must hear of.
type Alarm struct {
	// Name is the alarm's physical name; Owner names the function or queue that it watches.
	Name, Owner string
	// About is one sentence for whoever is woken. Runbook is a file of docs/runbooks without its ending.
	About, Runbook string

	Namespace, Metric string
	Dimensions        [][2]string
	Statistic         string
	Period            time.Duration
	// The alarm rings when Bad of the last Of periods lie beyond the threshold.
	Bad, Of    int
	Comparison Comparison
	Threshold  float64
	// Silence says that periods without data are bad too.
	Silence bool
	// Rollback says that a deployment which makes it ring is undone.
	Rollback bool
	// Ticket says that nobody is woken for it: it waits for the morning.
	Ticket bool
}

// Comparison says on which side of the threshold a period is bad.
type Comparison string

// The comparisons, as CloudWatch names them.
const (
	AtLeast Comparison = "GreaterThanOrEqualToThreshold"
	Below   Comparison = "LessThanThreshold"
)

const (
	lambdaNamespace = "AWS/Lambda"
	queueNamespace  = "AWS/SQS"
)

// FunctionAlarms are the alarms of one function.
func (p *Plan) FunctionAlarms(f Function) []Alarm {
	all := [][2]string{{"FunctionName", f.Physical}}
	alias := append(all[:1:1], [2]string{"Resource", f.Physical + ":" + LiveAlias})
	if f.Spec.Trigger.Kind == fn.TriggerDeployment {
		alias = all // CodeDeploy knows no aliases of the function that it asks
	}
	out := []Alarm{
		{
			Name: f.Physical + "-errors", Owner: f.Spec.Name, Runbook: "function-errors", Rollback: true,
			About:     "Invocations of " + f.Spec.Name + " end in an error, a timeout or a crash.",
			Namespace: lambdaNamespace, Metric: "Errors", Dimensions: alias, Statistic: "Sum",
			Period: time.Minute, Bad: 2, Of: 5, Comparison: AtLeast, Threshold: 1,
		},
		{
			Name: f.Physical + "-throttles", Owner: f.Spec.Name, Runbook: "throttles",
			About:     "Lambda refuses to run " + f.Spec.Name + ": the account or the function is at its concurrency.",
			Namespace: lambdaNamespace, Metric: "Throttles", Dimensions: all, Statistic: "Sum",
			Period: time.Minute, Bad: 3, Of: 5, Comparison: AtLeast, Threshold: 1,
		},
	}
	switch f.Spec.Trigger.Kind {
	case fn.TriggerHTTP:
		out = append(out, Alarm{
			Name: f.Physical + "-failures", Owner: f.Spec.Name, Runbook: "request-failures", Rollback: true,
			About:     "Callers of " + f.Spec.Name + " get answers with a 5xx status.",
			Namespace: telemetry.Namespace, Metric: string(telemetry.RequestErrors), Dimensions: [][2]string{{telemetry.FunctionDimension, f.Spec.Name}}, Statistic: "Sum",
			Period: time.Minute, Bad: 2, Of: 5, Comparison: AtLeast, Threshold: 5,
		})
	case fn.TriggerStream:
		out = append(out, Alarm{
			Name: f.Physical + "-lag", Owner: f.Spec.Name, Runbook: "stream-lag",
			About:     "The stream that " + f.Spec.Name + " reads is not read in time.",
			Namespace: lambdaNamespace, Metric: "IteratorAge", Dimensions: alias, Statistic: "Maximum",
			Period: time.Minute, Bad: 5, Of: 5, Comparison: AtLeast, Threshold: float64((5 * time.Minute).Milliseconds()),
		})
	case fn.TriggerSchedule:
		silent := max(5*f.Spec.Trigger.Every, 5*time.Minute)
		out = append(out, Alarm{
			Name: f.Physical + "-silent", Owner: f.Spec.Name, Runbook: "schedule-silent",
			About:     f.Spec.Name + " has not run when it should have.",
			Namespace: lambdaNamespace, Metric: "Invocations", Dimensions: alias, Statistic: "Sum",
			Period: silent, Bad: 2, Of: 2, Comparison: Below, Threshold: 1, Silence: true,
		})
	case fn.TriggerQueue, fn.TriggerAuthorizer, fn.TriggerDeployment:
	}
	return out
}

// late is how long the oldest message of a queue may wait.
const late = 15 * time.Minute

// QueueAlarms are the alarms of all queues: a message that was given up, or one that waits too long.
func (p *Plan) QueueAlarms() []Alarm {
	var out []Alarm
	for _, q := range p.Resources.Queues {
		a := Alarm{
			Owner: q.Name, Namespace: queueNamespace, Dimensions: [][2]string{{"QueueName", q.Physical}}, Statistic: "Maximum",
			Period: time.Minute, Comparison: AtLeast,
		}
		if q.DeadLetter == "" {
			a.Name, a.Runbook = q.Physical+"-filled", p.deadLetterPage(q.Physical)
			a.About = "Work was given up and lies in " + q.Name + "."
			a.Metric, a.Threshold, a.Bad, a.Of = "ApproximateNumberOfMessagesVisible", 1, 1, 1
		} else {
			wait := late
			if q.Name == queue.Deliveries {
				wait += queue.MaxDelay // its messages wait for their next attempt on purpose
			}
			a.Name, a.Runbook = q.Physical+"-late", "queue-late"
			a.About = "Messages of " + q.Name + " wait too long."
			a.Metric, a.Threshold, a.Bad, a.Of = "ApproximateAgeOfOldestMessage", wait.Seconds(), 5, 5
		}
		out = append(out, a)
	}
	return out
}

// deadLetterPage is the runbook of a queue of what was given up, by whose work it was.
func (p *Plan) deadLetterPage(physical string) string {
	for _, f := range p.Functions {
		given := f.Lost
		if f.Spec.Trigger.Kind == fn.TriggerQueue {
			given = resource.Queue(p.Env, queue.DLQ(f.Spec.Trigger.Source))
		}
		if given == physical && (f.Spec.Context == "events" || f.Spec.Context == "deliveries") {
			return "delivery-dead-letters"
		}
	}
	return "dead-letters"
}

// DeliveryAlarms are about deliveries of all tenants and functions together. What happens to one destination is its
// tenant's to see.
func (p *Plan) DeliveryAlarms() []Alarm {
	alarm := func(name, about, runbook string, m telemetry.Metric, bad, of int, threshold float64, ticket bool) Alarm {
		return Alarm{
			Name: resource.Function(p.Env, name), Owner: name, About: about, Runbook: runbook,
			Namespace: telemetry.Namespace, Metric: string(m), Statistic: "Sum",
			Period: 5 * time.Minute, Bad: bad, Of: of, Comparison: AtLeast, Threshold: threshold, Ticket: ticket,
		}
	}
	return []Alarm{
		alarm("events-unmatched", "The reconciliation found deliveries that nothing else had sent, and sent them.", "stuck-deliveries", telemetry.EventsUnmatched, 1, 1, 1, true),
		alarm("events-unannounced", "The queues do not take events and deliveries, which the stream sends later.", "stuck-deliveries", telemetry.EventsNotAnnounced, 3, 3, 1, false),
		alarm("breakers-opened", "Breakers of many destinations open at once.", "destination-outage", telemetry.BreakersOpened, 2, 3, manyBreakers, false),
	}
}

// manyBreakers is how many breakers open within five minutes before it is likelier that the way out is ill than that the
// receivers are. One that stays open counts again with each probe that fails, at most once in five minutes in the long run.
const manyBreakers = 50
