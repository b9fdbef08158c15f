// Package apikey holds the format, the digest and the stored record of API keys.
//
// A key is "gr_live_" or "gr_test_", 10 base62 digits that look it up, 43 base62 digits of secret (256 bits) and 6
// base62 digits of CRC-32 (IEEE) over everything before: 67 characters. The checksum lets a scanner, and the
// authorizer, refuse a mistyped key without asking a store. Only an HMAC-SHA256 under the platform's pepper is kept.
package apikey
