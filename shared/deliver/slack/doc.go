// Package slack delivers events as messages of a Slack channel, through an incoming webhook of Slack.
package slack
