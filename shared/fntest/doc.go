// Package fntest calls functions in tests as their triggers do: the event's JSON in, the answer's JSON out.
//
// A test process has one provisioned environment; each test makes tenants of its own in it, so that tests run in
// parallel. The caller's claims are given directly, as the authorizer would have found them out.
package fntest
