package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// answer is what goes back to the caller.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// Faults of a function's answer.
var (
	errNotAnswer = errors.New("the answer is not a JSON object with a statusCode")
	errStatus    = errors.New("the answer's statusCode is not between 200 and 599")
	errHeader    = errors.New("the answer has a header that HTTP does not allow")
)

// readAnswer checks a function's answer and decodes it.
func readAnswer(payload []byte) (*answer, error) {
	var out events.APIGatewayProxyResponse
	dec := json.NewDecoder(bytes.NewReader(payload))
	if err := dec.Decode(&out); err != nil {
		return nil, errNotAnswer // the decoder's own message may quote the answer
	}
	if out.StatusCode < 200 || out.StatusCode > 599 {
		return nil, errStatus
	}
	header, err := answerHeader(out)
	if err != nil {
		return nil, err
	}
	body := []byte(out.Body)
	if out.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(out.Body); err != nil {
			return nil, fmt.Errorf("decode the answer's body: %w", err)
		}
	}
	return &answer{status: out.StatusCode, header: header, body: body}, nil
}

// answerHeader merges both forms of headers; a name in both takes its values from the second, as API Gateway does.
func answerHeader(out events.APIGatewayProxyResponse) (http.Header, error) {
	h := http.Header{}
	for name, value := range out.Headers {
		h.Set(name, value)
	}
	for name, values := range out.MultiValueHeaders {
		h.Del(name)
		for _, v := range values {
			h.Add(name, v)
		}
	}
	for name, values := range h {
		if hopByHop(name) {
			delete(h, name)
			continue
		}
		if name == "" || strings.ContainsAny(name, " \t\r\n:") || strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
			return nil, errHeader
		}
	}
	if h.Get("Content-Type") == "" && out.Body != "" {
		h.Set("Content-Type", "application/json")
	}
	return h, nil
}

// write sends the answer. A failed write means that the caller is gone; nobody is left to tell.
func (a *answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
