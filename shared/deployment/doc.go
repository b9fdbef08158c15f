// Package deployment is the pre-traffic check's side of CodeDeploy: which version is to get traffic, an invocation of
// exactly that version, and the verdict.
//
// The version comes from the deployment's AppSpec (GetDeployment, and GetApplicationRevision where that leaves the
// content out). ListDeploymentTargets and BatchGetDeploymentTargets tell it too, but IAM lets nobody limit them to a
// deployment group, so a role that may call them may read every deployment of the account.
package deployment
