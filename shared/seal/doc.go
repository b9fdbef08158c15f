// Package seal encrypts under a tenant's own data key: one AES-256 key per tenant and version, wrapped by KMS.
//
// From each data key two keys are derived with HKDF-SHA256: one for AES-256-GCM, one for HMAC-SHA256. The tenant and
// the purpose are part of the KMS encryption context and of the additional data of each ciphertext, so nothing sealed
// for one tenant or purpose opens for another. Deleting a tenant's wrapped keys makes all of it unreadable for good.
package seal
