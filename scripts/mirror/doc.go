// Command mirror prints the size and shape of the code beside what the project aims for. It is a mirror, not a gate: a
// figure outside its aim is a question to answer, and the command never fails because of one.
package main
