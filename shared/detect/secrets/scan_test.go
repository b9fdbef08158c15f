package secrets

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"guardrails/shared/detect"
)

// pieces are what the texts are put together from: names, what ties a value to them, values, and what breaks either.
var pieces = []string{
	"api_key", "apikey", "API-KEY", "secret", "SECRET_KEY", "secret_-key", "client_secret", "token", "credential", "credentials", "creds", "passphrase", "bearer",
	"password", "passwd", "PASS_WORD", "pwd", "DB_PWD", "xpwd", "clave", "enclave", "contraseña", "contrase", "passwort", "hasło", "senha", "mot de passe",
	"curl", "curls", " -u ", " --user=", " -u=", " -H x", "\n ", "\n", "\\\n\t-s",
	"postgres", "postgresql://", "mysql+pymysql://", "mongodb+srv://", "redis://", "ftp://", "sftp://", "amqps://", "://", "http://", "https://", "wss://", "git://",
	"=", ":", " = ", ": ", ":=", "=>", "?=", "||=", "::=", " is ", " ist ", " est ", " es", " lautet ", ", ", "\", ", ">", "('", "\"", "'", "`", "]", ")", "(", "==",
	"\": \"", "' => '", "_", "-", ".", "@", "/", "?", "#", ";", "<", "{", "é", "\u200b", "\t", "  ", "   ", "+", "$", "....", "====",
	"N9LeTL1ejRDMMpPgsyo7lX8CGKA5BmvI", "Ab3dEf6hIj9lMn2pQr5t", "aB1.cD2.eF3.gH4.iJ5.kL6", "kQw7ErTy2", "Xzq0IWYlkV!", "hunter2x", "short", "x", "7",
	"f90c4883175ef81d9e025435b146a21f==", "app", "jane:" + "3LYme01bTAhr", "user:pass", "db.internal", "10.0.0.5:5432/main", "8Y3A0KsRHUmTqn@cluster0", "word", "some more words",
	strings.Repeat("aB3", 50), strings.Repeat("x9Y_", 40), strings.Repeat(" pad", 20), strings.Repeat("é", 5),
}

// What a reader finds is what the expression beside it says, on whatever text.
func TestScanIsItsExpression(t *testing.T) {
	t.Parallel()
	var read, said []detect.Detector
	for _, d := range Detectors() {
		if d.Pattern == nil || d.Pattern.Scan == nil {
			continue
		}
		read = append(read, d)
		expression := *d.Pattern
		expression.Scan = nil
		d.Pattern = &expression
		said = append(said, d)
	}
	if len(read) < 5 {
		t.Fatalf("%d detectors have readers", len(read))
	}
	compare := comparison(t, read, said)
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 20_000 {
		var b strings.Builder
		for range 2 + r.IntN(9) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		found += compare(b.String())
	}
	for _, d := range read {
		for _, s := range slices.Concat(d.Samples.Positive, d.Samples.Negative) {
			found += compare(s)
		}
	}
	if found < 500 {
		t.Errorf("%d findings: the texts say little", found)
	}
}

// comparison returns a function that scans a text in both ways, with all checks of values, and counts the findings.
func comparison(t *testing.T, read, said []detect.Detector) func(text string) int {
	t.Helper()
	var engines [2]*detect.Engine
	for i, list := range [][]detect.Detector{read, said} {
		e, err := detect.New(list)
		if err != nil {
			t.Fatal(err)
		}
		engines[i] = e
	}
	spans := func(e *detect.Engine, text string) []string {
		var out []string
		for _, f := range e.Scan(context.Background(), text, detect.Options{MinScore: -1}).Findings {
			out = append(out, fmt.Sprintf("%s %d-%d %.2f", f.Detector, f.Start, f.End, f.Score))
		}
		return out
	}
	return func(text string) int {
		a, b := spans(engines[0], text), spans(engines[1], text)
		if !slices.Equal(a, b) {
			t.Errorf("%q\nread: %v\nsaid: %v", text, a, b)
		}
		return len(a)
	}
}
