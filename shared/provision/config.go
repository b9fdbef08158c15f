package provision

import (
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/shared/awshttp"
)

// Region is where local environments live.
const Region = "us-east-1"

// Account is the account that an emulator answers for.
const Account = "000000000000"

// Loopback returns the SDK configuration for an emulator at endpoint, with credentials that are worth nothing.
// It refuses every address but a loopback one, so that they never leave the machine.
func Loopback(endpoint string) (aws.Config, error) {
	if err := checkLoopback(endpoint); err != nil {
		return aws.Config{}, err
	}
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(endpoint),
		Credentials:  aws.CredentialsProviderFunc(dummy),
		// As many idle connections to the one host as pollers and requests keep busy.
		HTTPClient: &http.Client{Transport: awshttp.New(64, true, nil)},
	}, nil
}

func checkLoopback(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" || u.Port() == "" {
		return fmt.Errorf("the endpoint %q is not of the form http://127.0.0.1:port", endpoint)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("the endpoint %q is not a loopback address", endpoint)
	}
	return nil
}
