package stack

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"guardrails/infra/cfn"
	"guardrails/infra/environment"
	"guardrails/infra/plan"
	"guardrails/shared/fn"
)

// Trust says who may take up the node's role: exactly one of EC2, Principal and Provider.
type Trust struct {
	// EC2 gives it to instances, by an instance profile of the role's name.
	EC2 bool
	// Principal is the ARN of a role or user of IAM.
	Principal string
	// Provider is the ARN of an OIDC provider, as a cluster of EKS has one, and ServiceAccount the pod's, as
	// namespace/name.
	Provider, ServiceAccount string
}

var (
	principalShape = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9/+=,.@_-]+$`)
	providerShape  = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/([A-Za-z0-9./_-]+)$`)
	accountShape   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
)

// Node returns the template of a node's two roles in an environment whose data stack is deployed: it takes the names
// that AWS made up (the key's, the streams', the secrets') from that stack's exports. mailFrom is the address that it may
// send mail from by SES; "" is for a node that sends none, or by a mail server.
func Node(env, mailFrom string, specs []fn.Spec, trust Trust) (*cfn.Template, error) {
	p, err := plan.New(env, Account, specs)
	if err != nil {
		return nil, fmt.Errorf("the catalogue is not consistent: %w", err)
	}
	if p.MailFrom = mailFrom; !environment.MailAddress(mailFrom) {
		return nil, errors.New("the address that mails come from is not of the form name@example.com")
	}
	principal, err := trust.statement()
	if err != nil {
		return nil, err
	}
	b := &builder{env: environment.Environment{Name: env}, plan: p}
	grants := p.NodeGrants()
	t := cfn.New("Guardrails " + env + ": the roles of a node, which runs every function in one process.")
	role := t.Add("NodeRole", b.role(p.NodeRole(), "What a node of Guardrails runs with.", cfn.List{principal}, grants.Function))
	tenant := t.Add("NodeTenantRole", b.role(p.NodeTenantRole(), "What a node may do for one tenant, which the session's tag names.", tenantTrust(true, role), grants.Tenant))
	if trust.EC2 {
		t.Add("NodeProfile", cfn.Resource{Type: "AWS::IAM::InstanceProfile", Properties: cfn.Map{
			"InstanceProfileName": p.NodeRole(), "Roles": cfn.List{cfn.Ref(role)},
		}})
	}
	t.Export("RoleArn", b.name("node")+"-role", cfn.GetAtt(role, "Arn"))
	t.Export("TenantRoleArn", b.name("node")+"-tenant-role", cfn.GetAtt(tenant, "Arn"))
	return t, nil
}

func (t Trust) statement() (cfn.Map, error) {
	allow := func(principal cfn.Map, action string) cfn.Map {
		return cfn.Map{"Effect": "Allow", "Principal": principal, "Action": action}
	}
	issuer := providerShape.FindStringSubmatch(t.Provider)
	switch {
	case t.EC2 && t.Principal == "" && t.Provider == "":
		return allow(cfn.Map{"Service": "ec2.amazonaws.com"}, "sts:AssumeRole"), nil
	case principalShape.MatchString(t.Principal) && !t.EC2 && t.Provider == "":
		return allow(cfn.Map{"AWS": t.Principal}, "sts:AssumeRole"), nil
	case issuer != nil && !t.EC2 && t.Principal == "":
		if !accountShape.MatchString(t.ServiceAccount) {
			return nil, errors.New("the service account is not of the form namespace/name")
		}
		out := allow(cfn.Map{"Federated": t.Provider}, "sts:AssumeRoleWithWebIdentity")
		out["Condition"] = cfn.Map{"StringEquals": cfn.Map{
			issuer[1] + ":aud": "sts.amazonaws.com",
			issuer[1] + ":sub": "system:serviceaccount:" + strings.Replace(t.ServiceAccount, "/", ":", 1),
		}}
		return out, nil
	}
	return nil, errors.New("who may take up the role is one of: EC2, the ARN of a role or user, the ARN of an OIDC provider")
}
