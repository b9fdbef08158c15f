// Package awstest gives tests an AWS endpoint: the one that GUARDRAILS_TEST_ENDPOINT names, or a MiniStack of their own.
//
// A test process shares one endpoint; each test has an environment of its own, so that tests run in parallel and
// never see each other's resources. Only tests import it; a test of a package that this one needs (table, queue,
// blob, secret, resource) must be an external one (package x_test).
package awstest
