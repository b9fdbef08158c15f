// Package tenants holds the routes on customers: the platform administrators', and a customer's on itself.
//
// A tenant that is deleted is being offboarded: it is served no more and its name and slug are free, but it stays
// visible here, and a platform administrator may set it back to suspended until its data keys are destroyed.
package tenants
