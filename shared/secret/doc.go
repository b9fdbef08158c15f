// Package secret reads the platform's secrets by name, caches them, and keeps them out of logs and JSON.
package secret
