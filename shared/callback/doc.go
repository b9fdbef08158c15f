// Package callback keeps where jobs and tasks report to: the hidden destinations that a webhook_url stands for, what is
// sent there, and the tenant's secret that signs it.
package callback
