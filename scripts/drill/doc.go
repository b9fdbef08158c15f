// Package drill releases new versions of one context on a deployed system under load, good ones and broken ones, and
// shows what callers see of it.
//
// Real are the bootstraps, the aliases and their weights, the pre-traffic check with its roles, the alarms as the plan
// defines them, and what they are computed from: the metrics that the functions wrote, and the errors that their
// invocations ended in. CodeDeploy is not: MiniStack has none, so codedeploy.go stands in for its part alone, which is to
// call the hook, to move the alias, to watch the alarms, and to move it back or on. It does so with the role that
// CodeDeploy has. It asks nobody who calls it for a policy, it treats a context as one where AWS moves each function by
// itself, and its clock is faster than AWS's by a factor that the drill prints. How long a deployment and a rollback take
// on AWS is to be shown there.
package drill
