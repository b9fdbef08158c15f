package gotool

// The programs that checks of the project build, each at one version.
var (
	GolangciLint = Tool{Package: "github.com/golangci/golangci-lint/v2/cmd/golangci-lint", Version: "v2.15.0"}
	Actionlint   = Tool{Package: "github.com/rhysd/actionlint/cmd/actionlint", Version: "v1.7.7"}
	Govulncheck  = Tool{Package: "golang.org/x/vuln/cmd/govulncheck", Version: "v1.9.0"}
	Kubeconform  = Tool{Package: "github.com/yannh/kubeconform/cmd/kubeconform", Version: "v0.8.0"}
	ComposeSpec  = Tool{Package: "github.com/compose-spec/compose-go/v2/cmd", Version: "v2.16.2", Name: "compose-spec"}
)

// All lists the pins, for lists of what the project fetches.
func All() []Tool { return []Tool{GolangciLint, Actionlint, Govulncheck, Kubeconform, ComposeSpec} }
