// Package auth says who is calling, and shows what the roles may do.
//
// # How long a revoked key lives
//
// The authorizer keeps what it read of a key and its tenant for 5 seconds (2 for keys that do not exist) and reads
// again after that, so a revoked key, a suspended tenant and a new limit act everywhere within 5 seconds while the
// store answers. A secret that what is remembered does not accept is looked up again, so a rotated key works at once.
// API Gateway's own cache of authorizer answers stays off, since an answer depends on the caller's address.
//
// Older entries are served only while the store does not answer, only to tenants of the standard profile, and for
// 5 minutes at most; tenants of the regulated profile get an error, which the gateway answers with 503. A key that was
// never read is never allowed.
package auth
