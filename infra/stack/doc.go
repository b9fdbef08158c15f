// Package stack turns a plan into CloudFormation templates: the data, one stack for each context, the API, and what
// watches them.
package stack
