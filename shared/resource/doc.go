// Package resource gives every table, queue, bucket, secret and key its physical name in an environment.
//
// Code speaks of logical names (table.Jobs); only this package knows how they are spelled on AWS, so that the
// functions' environment, the deployment and the local run agree.
package resource
