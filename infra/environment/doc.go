// Package environment reads and checks the settings of one deployment: the CDK context in, one value out.
package environment
