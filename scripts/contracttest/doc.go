// Command contracttest holds the running system to its own API description: it starts the local host on a free port
// with a data folder of its own, takes the README's tour and compares its output, validates the OpenAPI document, and sends generated requests, good and bad. A 5xx
// answer, or one that the document does not announce, fails it.
//
// Schemathesis and openapi-spec-validator are installed once, at the versions of requirements.txt, into
// .tools/contract.
package main
