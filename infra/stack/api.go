package stack

import (
	"net/http"
	"slices"
	"strings"

	"guardrails/infra/cfn"
	"guardrails/infra/plan"
	"guardrails/shared/errs"
)

const (
	apiID = "Api"
	// Stage is the API's one stage.
	Stage = "live"
)

// api is the stack of the front door: the REST API with its authorizer, its methods, and what protects it.
func (b *builder) api() Stack {
	t := cfn.New("Guardrails " + b.env.Name + ": the REST API.")
	t.Add(apiID, cfn.Resource{Type: "AWS::ApiGateway::RestApi", Properties: cfn.Map{
		"Name": b.name("api"), "Description": "Guardrails " + b.env.Name,
		"EndpointConfiguration":     cfn.Map{"Types": cfn.List{"REGIONAL"}},
		"DisableExecuteApiEndpoint": b.env.Domain != nil,
		"BinaryMediaTypes":          cfn.List{},
	}})
	b.authorizer(t)
	t.Add("Validator", cfn.Resource{Type: "AWS::ApiGateway::RequestValidator", Properties: cfn.Map{
		"Name": "parameters", "RestApiId": cfn.Ref(apiID), "ValidateRequestParameters": true, "ValidateRequestBody": false,
	}})
	paths := b.paths(t)
	methods := b.methods(t, paths)
	responses := gatewayResponses(t)
	b.stage(t, slices.Concat(methods, responses))
	b.firewall(t)
	b.domain(t)
	t.Outputs["ApiUrl"] = cfn.Output{Description: "Where the API answers.", Value: b.apiURL()}
	t.Outputs["ApiId"] = cfn.Output{Description: "The REST API's id.", Value: cfn.Ref(apiID)}
	needs := []string{b.dataName()}
	for _, c := range b.contexts() {
		needs = append(needs, b.name(c))
	}
	return Stack{Name: b.name("api"), Template: t, DependsOn: needs}
}

func (b *builder) apiURL() any {
	if b.env.Domain != nil {
		return "https://" + b.env.Domain.Name
	}
	return cfn.Sub("https://${" + apiID + "}.execute-api.${AWS::Region}.${AWS::URLSuffix}/" + Stage)
}

// invocation is the URI under which API Gateway invokes a function's live version.
func invocation(f plan.Function) cfn.Map {
	return cfn.Sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" + liveARN(f) + "/invocations")
}

// permission lets the API, by one of its methods, invoke a function's live version.
func permission(f plan.Function, source string) cfn.Resource {
	return cfn.Resource{Type: "AWS::Lambda::Permission", Properties: cfn.Map{
		"Action": "lambda:InvokeFunction", "FunctionName": cfn.Sub(liveARN(f)), "Principal": "apigateway.amazonaws.com",
		"SourceArn": cfn.Sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${" + apiID + "}/" + source),
	}}
}

// authorizer asks a function who the caller is. Nothing is cached: API Gateway caches only when every source of
// identity is present, and there are two headers of which callers send one.
func (b *builder) authorizer(t *cfn.Template) {
	f, ok := b.plan.Function(b.plan.Authorizer)
	if !ok {
		return
	}
	t.Add("Authorizer", cfn.Resource{Type: "AWS::ApiGateway::Authorizer", Properties: cfn.Map{
		"Name": f.Spec.Name, "RestApiId": cfn.Ref(apiID), "Type": "REQUEST", "AuthorizerResultTtlInSeconds": 0, "AuthorizerUri": invocation(f),
	}})
	t.Add("AuthorizerPermission", permission(f, "authorizers/${Authorizer}"))
}

// paths adds a resource for each segment of each path and returns their logical ids by path.
func (b *builder) paths(t *cfn.Template) map[string]string {
	ids := map[string]string{}
	for _, r := range b.plan.Routes {
		parent, path := any(cfn.GetAtt(apiID, "RootResourceId")), ""
		for _, part := range strings.Split(strings.TrimPrefix(r.Path, "/"), "/") {
			path += "/" + part
			id, ok := ids[path]
			if !ok {
				id = t.Add(cfn.ID("path", path), cfn.Resource{Type: "AWS::ApiGateway::Resource", Properties: cfn.Map{
					"RestApiId": cfn.Ref(apiID), "ParentId": parent, "PathPart": part,
				}})
				ids[path] = id
			}
			parent = cfn.Ref(id)
		}
	}
	return ids
}

// methods adds the routes, and on each of their paths an answer to all other methods. It returns their logical ids.
func (b *builder) methods(t *cfn.Template, paths map[string]string) []string {
	var ids []string
	ends := map[string][]string{}
	for _, r := range b.plan.Routes {
		f, _ := b.plan.Function(r.Function)
		p := cfn.Map{
			"RestApiId": cfn.Ref(apiID), "ResourceId": cfn.Ref(paths[r.Path]), "HttpMethod": r.Method, "RequestValidatorId": cfn.Ref("Validator"),
			"AuthorizationType": "NONE", "OperationName": f.Spec.Name,
			"Integration": cfn.Map{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": invocation(f), "TimeoutInMillis": 29_000},
		}
		if !r.Public {
			p["AuthorizationType"], p["AuthorizerId"] = "CUSTOM", cfn.Ref("Authorizer")
		}
		if params := f.Spec.Params(); len(params) > 0 {
			required := cfn.Map{}
			for _, name := range params {
				required["method.request.path."+name] = true
			}
			p["RequestParameters"] = required
		}
		ids = append(ids, t.Add(cfn.ID(f.Spec.Name, "method"), cfn.Resource{Type: "AWS::ApiGateway::Method", Properties: p}))
		t.Add(cfn.ID(f.Spec.Name, "permission"), permission(f, "*/"+r.Method+wildcards(r.Path)))
		ends[r.Path] = append(ends[r.Path], r.Method)
	}
	for _, path := range sortedKeys(ends) {
		ids = append(ids, t.Add(cfn.ID("other", path), otherMethods(paths[path], ends[path])))
	}
	return ids
}

// wildcards is a path as the ARN of a method spells it: a parameter is a star.
func wildcards(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// otherMethods answers 405 and names the methods that there are.
func otherMethods(resource string, methods []string) cfn.Resource {
	slices.Sort(methods)
	return cfn.Resource{Type: "AWS::ApiGateway::Method", Properties: cfn.Map{
		"RestApiId": cfn.Ref(apiID), "ResourceId": cfn.Ref(resource), "HttpMethod": "ANY", "AuthorizationType": "NONE",
		"Integration": cfn.Map{
			"Type": "MOCK", "PassthroughBehavior": "NEVER", "RequestTemplates": cfn.Map{"application/json": `{"statusCode": 405}`},
			"IntegrationResponses": cfn.List{cfn.Map{
				"StatusCode": "405", "ResponseTemplates": cfn.Map{"application/problem+json": problemTemplate(http.StatusMethodNotAllowed, errs.MethodNotAllowed, "The path exists, but not with this method.")},
				"ResponseParameters": cfn.Map{"method.response.header.Allow": "'" + strings.Join(methods, ", ") + "'", "method.response.header.X-Request-Id": "context.requestId"},
			}},
		},
		"MethodResponses": cfn.List{cfn.Map{
			"StatusCode": "405", "ResponseParameters": cfn.Map{"method.response.header.Allow": true, "method.response.header.X-Request-Id": true},
		}},
	}}
}

// stage deploys the API. A deployment is a snapshot, so its id names what it is of.
func (b *builder) stage(t *cfn.Template, needs []string) {
	content := cfn.Map{}
	for id, r := range t.Resources {
		content[id] = r.Properties
	}
	slices.Sort(needs)
	deployment := t.Add("Deployment"+fingerprint(content), cfn.Resource{Type: "AWS::ApiGateway::Deployment", DependsOn: needs, Properties: cfn.Map{
		"RestApiId": cfn.Ref(apiID), "Description": "Guardrails " + b.env.Name,
	}})
	logs := t.Add("AccessLogs", cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Map{
		"LogGroupName": "/guardrails/" + b.env.Name + "/api", "RetentionInDays": b.env.LogDays, "KmsKeyId": cfn.ImportValue(b.exportKey()),
	}})
	t.Add("LogRole", b.keep(cfn.Resource{Type: "AWS::IAM::Role", Properties: cfn.Map{
		"Description":              "Lets API Gateway write logs; the policy is the one that it asks for.",
		"AssumeRolePolicyDocument": cfn.Map{"Version": "2012-10-17", "Statement": serviceTrust("apigateway.amazonaws.com")},
		"ManagedPolicyArns":        cfn.List{cfn.Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")},
	}}))
	// API Gateway has one role for the logs of all APIs of an account and region, and refuses a stage that logs without it.
	// It stays when the stack goes, since other APIs may log with it.
	account := t.Add("Account", b.keep(cfn.Resource{Type: "AWS::ApiGateway::Account", Properties: cfn.Map{"CloudWatchRoleArn": cfn.GetAtt("LogRole", "Arn")}}))
	t.Add("Stage", cfn.Resource{Type: "AWS::ApiGateway::Stage", DependsOn: []string{account}, Properties: cfn.Map{
		"RestApiId": cfn.Ref(apiID), "DeploymentId": cfn.Ref(deployment), "StageName": Stage,
		"AccessLogSetting": cfn.Map{"DestinationArn": cfn.GetAtt(logs, "Arn"), "Format": accessLog},
		"MethodSettings": cfn.List{cfn.Map{
			"ResourcePath": "/*", "HttpMethod": "*", "MetricsEnabled": true, "DataTraceEnabled": false, "LoggingLevel": "OFF",
			"ThrottlingRateLimit": b.env.Throttle.Rate, "ThrottlingBurstLimit": b.env.Throttle.Burst,
		}},
	}})
}

// accessLog is one line a request. It has the route's pattern, never the path, the query or a header: those are a
// caller's text.
const accessLog = `{"request_id":"$context.requestId","extended_request_id":"$context.extendedRequestId","time":"$context.requestTime","method":"$context.httpMethod","route":"$context.resourcePath",` +
	`"status":"$context.status","latency_ms":"$context.responseLatency","integration_ms":"$context.integrationLatency","authorizer_ms":"$context.authorizer.integrationLatency",` +
	`"ip":"$context.identity.sourceIp","length":"$context.responseLength","error":"$context.error.responseType","waf":"$context.wafResponseCode"}`

// firewall puts the web application firewall before the stage: the managed rules against known bad requests, and a
// rate for each address. Rules that look into bodies are left out: bodies here are other people's prompts, which a
// rule against SQL or script injection would refuse.
func (b *builder) firewall(t *cfn.Template) {
	visible := func(name string) cfn.Map {
		return cfn.Map{"CloudWatchMetricsEnabled": true, "SampledRequestsEnabled": false, "MetricName": name}
	}
	managed := func(priority int, name string) cfn.Map {
		return cfn.Map{
			"Name": name, "Priority": priority, "OverrideAction": cfn.Map{"None": cfn.Map{}}, "VisibilityConfig": visible(name),
			"Statement": cfn.Map{"ManagedRuleGroupStatement": cfn.Map{"VendorName": "AWS", "Name": name}},
		}
	}
	t.Add("Firewall", cfn.Resource{Type: "AWS::WAFv2::WebACL", Properties: cfn.Map{
		"Name": b.name("api"), "Scope": "REGIONAL", "DefaultAction": cfn.Map{"Allow": cfn.Map{}}, "VisibilityConfig": visible(b.name("api")),
		"Rules": cfn.List{
			cfn.Map{
				"Name": "rate", "Priority": 0, "Action": cfn.Map{"Block": cfn.Map{}}, "VisibilityConfig": visible("rate"),
				"Statement": cfn.Map{"RateBasedStatement": cfn.Map{"Limit": b.env.WAFRate, "AggregateKeyType": "IP"}},
			},
			managed(1, "AWSManagedRulesAmazonIpReputationList"),
		},
	}})
	t.Add("FirewallAssociation", cfn.Resource{Type: "AWS::WAFv2::WebACLAssociation", DependsOn: []string{"Stage"}, Properties: cfn.Map{
		"WebACLArn":   cfn.GetAtt("Firewall", "Arn"),
		"ResourceArn": cfn.Sub("arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${" + apiID + "}/stages/" + Stage),
	}})
}

// domain gives the API its own name, and demands client certificates if there is a truststore.
func (b *builder) domain(t *cfn.Template) {
	d := b.env.Domain
	if d == nil {
		return
	}
	p := cfn.Map{
		"DomainName": d.Name, "RegionalCertificateArn": d.CertificateARN, "SecurityPolicy": "TLS_1_2",
		"EndpointConfiguration": cfn.Map{"Types": cfn.List{"REGIONAL"}},
	}
	if d.Truststore != "" {
		p["MutualTlsAuthentication"] = cfn.Map{"TruststoreUri": d.Truststore}
	}
	t.Add("Domain", cfn.Resource{Type: "AWS::ApiGateway::DomainName", Properties: p})
	t.Add("DomainMapping", cfn.Resource{Type: "AWS::ApiGateway::BasePathMapping", Properties: cfn.Map{
		"DomainName": cfn.Ref("Domain"), "RestApiId": cfn.Ref(apiID), "Stage": cfn.Ref("Stage"),
	}})
	t.Outputs["DomainTarget"] = cfn.Output{Description: "What the domain's DNS alias points to.", Value: cfn.GetAtt("Domain", "RegionalDomainName")}
}
