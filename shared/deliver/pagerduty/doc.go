// Package pagerduty delivers events as alerts of a PagerDuty service, through its Events API v2.
package pagerduty
