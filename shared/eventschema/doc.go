// Package eventschema reads the JSON Schemas of events' data and holds data to them.
//
// It knows a subset of JSON Schema 2020-12: what describes data, and nothing that refers to other schemas or combines
// several. What it does not know is refused when a schema is registered, so that no rule of a tenant is silently not
// applied. Schemas and data are a tenant's own: everything is bounded, and a fault names a place and a rule, never a
// value. Libraries for all of JSON Schema were considered: their errors quote values, and they bound neither schemas
// nor the work that patterns make, so that most of this package would stand before them all the same.
package eventschema
