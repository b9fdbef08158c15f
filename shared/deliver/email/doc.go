// Package email delivers events as mails, to recipients who have said that they want them: by SES on AWS, by a mail server
// of the developer's elsewhere.
package email
