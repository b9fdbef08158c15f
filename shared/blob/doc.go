// Package blob is the tenant-bound S3 client: every key begins with the tenant, content is sealed with its data key.
package blob
