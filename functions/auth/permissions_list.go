package auth

import (
	"context"

	"guardrails/shared/authz"
	"guardrails/shared/fn"
)

// permissions is the answer of GET /permissions.
type permissions struct {
	Body permissionMatrix
}

type permissionMatrix struct {
	Roles     []authz.Role       `json:"roles" nullable:"false" doc:"The roles, strongest first."`
	Resources []permissionRow    `json:"resources" nullable:"false" doc:"Who may do what with each resource."`
	Own       []authz.Permission `json:"own" nullable:"false" doc:"What the credentials of this request may do: by role and by scope." example:"[\"execute:analysis\"]"`
}

// permissionRow is a row of the matrix: the actions that each role has.
type permissionRow struct {
	Resource      string   `json:"resource" example:"policies"`
	PlatformAdmin []string `json:"platform_admin" nullable:"false" example:"[]"`
	Admin         []string `json:"admin" nullable:"false" example:"[\"create\",\"read\",\"update\",\"delete\",\"execute\"]"`
	Operator      []string `json:"operator" nullable:"false" example:"[\"create\",\"read\",\"update\",\"execute\"]"`
	Analyst       []string `json:"analyst" nullable:"false" example:"[\"read\",\"execute\"]"`
	Viewer        []string `json:"viewer" nullable:"false" example:"[\"read\"]"`
}

func permissionsList(*fn.Env) (fn.Handler[struct{}, permissions], error) {
	return func(_ context.Context, call *fn.Call, _ *struct{}) (*permissions, error) {
		out := &permissions{}
		out.Body.Roles = authz.Roles()
		for _, row := range authz.Matrix() {
			out.Body.Resources = append(out.Body.Resources, permissionRow{
				Resource: row.Resource, PlatformAdmin: row.Actions(authz.PlatformAdmin), Admin: row.Actions(authz.Admin),
				Operator: row.Actions(authz.Operator), Analyst: row.Actions(authz.Analyst), Viewer: row.Actions(authz.Viewer),
			})
		}
		out.Body.Own = append([]authz.Permission{}, call.Principal.Grants()...)
		return out, nil
	}, nil
}
