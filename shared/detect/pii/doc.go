// Package pii recognizes personal data: contacts, cards and accounts, health and national identifiers, names and addresses.
package pii
