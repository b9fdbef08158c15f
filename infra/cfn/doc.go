// Package cfn holds CloudFormation templates as values: resources, intrinsic functions, outputs.
//
// A template marshals to the same bytes each time, since maps are written in the order of their keys.
package cfn
