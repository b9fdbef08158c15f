// Package tenantrole gives each call on tenants' data the credentials of that tenant: the function's tenant role, taken
// up with the tenant as session tag, whose policy opens the partitions, objects and data keys of that tenant alone.
//
// So a query for the wrong tenant is refused by AWS even if all of our own checks failed.
package tenantrole
