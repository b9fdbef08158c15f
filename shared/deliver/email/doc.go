// Package email delivers events as mails: by SES on AWS, by a mail server of the developer's elsewhere.
package email
