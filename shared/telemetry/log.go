package telemetry

import (
	"io"
	"log/slog"
)

// NewLogger returns a JSON logger whose every line names the function.
func NewLogger(w io.Writer, function string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})).With(slog.String("function", function))
}
