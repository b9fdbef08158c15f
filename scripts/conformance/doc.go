// Command conformance runs the tests of what the system needs of SQS against ElasticMQ, which can do what MiniStack's SQS
// cannot: refuse one message of a batch and take the others.
//
//	go run ./scripts/conformance
//
// ElasticMQ comes from Maven Central, each file by its checksum, into the project's .tools, and listens on 127.0.0.1 alone.
// It needs Java, and Maven the first time; without them the step is skipped by name.
package main
