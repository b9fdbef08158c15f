// Package gateway serves API Gateway's REST semantics over functions: the most specific path wins, a REQUEST
// authorizer says who is calling, and each function gets and gives the JSON of a Lambda proxy integration.
//
// What the gateway itself answers (unknown path, refused caller, late or broken function) is a problem document like
// any other error of the API.
package gateway
