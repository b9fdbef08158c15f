package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"guardrails/infra/plan"
	"guardrails/scripts/drill"
	"guardrails/shared/blob"
	"guardrails/shared/provision"
	"guardrails/shared/resource"
	"guardrails/shared/table"
	"guardrails/shared/tenantrole"
)

// The functions whose roles are tried. The first reads policies, keeps content and opens data keys; the second reads a
// tenant's deliveries by their state, and the third, for all tenants, which of them are due.
const (
	probe   = "analyze"
	lister  = "deliveries-list"
	sweeper = "delivery-sweep"
)

// attack is one call with somebody's credentials.
type attack struct {
	name    string
	allowed bool
	call    func(ctx context.Context) error
}

// session is a set of clients with the credentials of one session.
type session struct {
	cfg     aws.Config
	db      *dynamodb.Client
	objects *s3.Client
	keys    *kms.Client
	sts     *sts.Client
}

func open(cfg aws.Config) session {
	return session{
		cfg, dynamodb.NewFromConfig(cfg), s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }), kms.NewFromConfig(cfg), sts.NewFromConfig(cfg),
	}
}

// take takes up a role with session tags.
func (s session) take(ctx context.Context, role string, tags map[string]string) (session, error) {
	in := &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + provision.Account + ":role/" + role), RoleSessionName: aws.String("attacker")}
	for k, v := range tags {
		in.Tags = append(in.Tags, ststypes.Tag{Key: &k, Value: &v})
	}
	out, err := s.sts.AssumeRole(ctx, in)
	if err != nil {
		return session{}, err
	}
	cfg := s.cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	return open(cfg), nil
}

// lambdaSession gets the credentials that Lambda gives the function, and those that CodeDeploy works with, while nobody
// is held to policies yet: afterwards only these services may take up the roles.
func (d *deployment) lambdaSession(ctx context.Context) error {
	cfg, err := provision.Loopback(d.stack.Endpoint)
	if err != nil {
		return err
	}
	if d.function, err = open(cfg).take(ctx, resource.Function(environment, probe), nil); err != nil {
		return err
	}
	if d.lister, err = open(cfg).take(ctx, resource.Function(environment, lister), nil); err != nil {
		return err
	}
	if d.sender, err = open(cfg).take(ctx, resource.Function(environment, sender), nil); err != nil {
		return err
	}
	if d.sweeper, err = open(cfg).take(ctx, resource.Function(environment, sweeper), nil); err != nil {
		return err
	}
	d.deploying, err = open(cfg).take(ctx, plan.Application(environment, drill.Context)+"-deploy", nil)
	return err
}

// isolation attacks one tenant with the credentials that the function has for another.
func (d *deployment) isolation(ctx context.Context) error {
	acme, globex := d.keys.Tenants[0].ID, d.keys.Tenants[1].ID
	role := resource.Function(environment, probe) + "-tenant"
	own, err := d.function.take(ctx, role, map[string]string{tenantrole.Tag: acme})
	if err != nil {
		return fmt.Errorf("the function cannot act for a tenant: %w", err)
	}
	list := append(ofTables(own, d.function, acme, globex), ofObjectsAndKeys(own, acme, globex)...)
	deliveries, err := d.lister.take(ctx, resource.Function(environment, lister)+"-tenant", map[string]string{tenantrole.Tag: acme})
	if err != nil {
		return fmt.Errorf("the list of deliveries cannot act for a tenant: %w", err)
	}
	list = append(list, ofIndexes(deliveries, d.lister, d.sweeper, acme, globex)...)
	list = append(list, ofRoles(d.function, own, role, acme, globex)...)
	customers, err := d.ofCustomers(ctx, acme, globex)
	if err != nil {
		return err
	}
	list = append(list, customers...)
	var wrong []error
	for _, a := range list {
		err := a.call(ctx)
		if err != nil && !denied(err) {
			wrong = append(wrong, fmt.Errorf("%s: %w", a.name, err))
		} else if (err == nil) != a.allowed {
			wrong = append(wrong, fmt.Errorf("%s: allowed is %v, want %v", a.name, err == nil, a.allowed))
		}
	}
	if len(wrong) == 0 {
		fmt.Fprintf(d.out, "%d attempts on a tenant's data with a session of another end as they must\n", len(list))
	}
	return errors.Join(wrong...)
}

// denied reports whether AWS refused for want of permission.
func denied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.HasPrefix(api.ErrorCode(), "AccessDenied")
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func ofTables(own, function session, acme, globex string) []attack {
	name := aws.String(resource.Table(environment, table.Policies))
	get := func(s session, pk string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: map[string]types.AttributeValue{"pk": text(pk), "sk": text("x")}})
			return err
		}
	}
	query := func(pk string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := own.db.Query(ctx, &dynamodb.QueryInput{
				TableName: name, KeyConditionExpression: aws.String("#p = :p"),
				ExpressionAttributeNames: map[string]string{"#p": "pk"}, ExpressionAttributeValues: map[string]types.AttributeValue{":p": text(pk)},
			})
			return err
		}
	}
	put := func(table, pk string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := own.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{"pk": text(pk), "sk": text("probe")}})
			return err
		}
	}
	usage := resource.Table(environment, table.Usage)
	return []attack{
		{"the own item", true, get(own, "T#"+acme)},
		{"an own partition", true, get(own, "T#"+acme+"#POL")},
		{"a query of an own partition", true, query("T#" + acme + "#POL")},
		{"a write to an own partition", true, put(usage, "T#"+acme+"#PROBE")},
		{"another tenant's item", false, get(own, "T#"+globex)},
		{"another tenant's partition", false, get(own, "T#"+globex+"#POL")},
		{"a query of another tenant's partition", false, query("T#" + globex + "#POL")},
		{"a write to another tenant's partition", false, put(usage, "T#"+globex+"#PROBE")},
		{"a tenant whose id begins with the own", false, get(own, "T#"+acme+"2")},
		{"a partition of such a tenant", false, get(own, "T#"+acme+"2#POL")},
		{"a pattern for a key", false, get(own, "T#*")},
		{"a write to a table that is only read", false, put(*name, "T#"+acme+"#POL")},
		{"a table that was not declared", false, put(resource.Table(environment, table.Jobs), "T#"+acme+"#JOB")},
		{"a scan", false, func(ctx context.Context) error {
			_, err := own.db.Scan(ctx, &dynamodb.ScanInput{TableName: name})
			return err
		}},
		{"a batch over two tenants", false, func(ctx context.Context) error {
			_, err := own.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*name: {Keys: []map[string]types.AttributeValue{
				{"pk": text("T#" + acme), "sk": text("x")}, {"pk": text("T#" + globex), "sk": text("x")},
			}}}})
			return err
		}},
		{"a transaction over two tenants", false, func(ctx context.Context) error {
			var items []types.TransactWriteItem
			for _, tenant := range []string{acme, globex} {
				items = append(items, types.TransactWriteItem{Put: &types.Put{TableName: &usage, Item: map[string]types.AttributeValue{"pk": text("T#" + tenant + "#PROBE"), "sk": text("x")}}})
			}
			_, err := own.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
			return err
		}},
		{"the function's own role without a tenant", false, get(function, "T#"+acme)},
	}
}

// ofIndexes tries the two indexes of deliveries: one is a tenant's, the other is of all tenants and for one schedule.
func ofIndexes(own, function, sweeper session, acme, globex string) []attack {
	name := aws.String(resource.Table(environment, table.Deliveries))
	query := func(s session, index, attribute, value string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.db.Query(ctx, &dynamodb.QueryInput{
				TableName: name, IndexName: &index, KeyConditionExpression: aws.String("#p = :p"),
				ExpressionAttributeNames: map[string]string{"#p": attribute}, ExpressionAttributeValues: map[string]types.AttributeValue{":p": text(value)},
			})
			return err
		}
	}
	state := func(s session, tenant string) func(context.Context) error {
		return query(s, table.IndexState, table.StatePartition, "T#"+tenant+"#"+table.PartDeliveries)
	}
	due := func(s session) func(context.Context) error {
		return query(s, table.IndexDue, "due_shard", table.DueShards()[0])
	}
	return []attack{
		{"the own deliveries by state", true, state(own, acme)},
		{"another tenant's deliveries by state", false, state(own, globex)},
		{"deliveries by state of a tenant whose id begins with the own", false, state(own, acme+"2")},
		{"deliveries by state without a tenant", false, state(function, acme)},
		{"what is due, with a tenant's session", false, due(own)},
		{"what is due, with the role of a route", false, due(function)},
		{"what is due, with the sweep's role", true, due(sweeper)},
		{"deliveries by state, with the sweep's role", false, state(sweeper, acme)},
		{"a delivery, with the sweep's role", false, func(ctx context.Context) error {
			_, err := sweeper.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: map[string]types.AttributeValue{"pk": text("T#" + acme), "sk": text("x")}})
			return err
		}},
		{"all deliveries, with the sweep's role", false, func(ctx context.Context) error {
			_, err := sweeper.db.Scan(ctx, &dynamodb.ScanInput{TableName: name, IndexName: aws.String(table.IndexDue)})
			return err
		}},
	}
}

func ofObjectsAndKeys(own session, acme, globex string) []attack {
	bucket := aws.String(resource.Bucket(environment, provision.Account, blob.Content))
	put := func(key string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := own.objects.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("probe")})
			return err
		}
	}
	list := func(prefix string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := own.objects.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: &prefix})
			return err
		}
	}
	wrap := func(encryption map[string]string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := own.keys.GenerateDataKeyWithoutPlaintext(ctx, &kms.GenerateDataKeyWithoutPlaintextInput{
				KeyId: aws.String(resource.KeyAlias(environment)), KeySpec: kmstypes.DataKeySpecAes256, EncryptionContext: encryption,
			})
			return err
		}
	}
	return []attack{
		{"an own object", true, put("T/" + acme + "/probe")},
		{"another tenant's object", false, put("T/" + globex + "/probe")},
		{"an object of a tenant whose id begins with the own", false, put("T/" + acme + "2/probe")},
		{"an object of nobody", false, put("probe")},
		{"the own prefix of self-checks", true, list("T/" + acme + "/" + blob.ProbePath)},
		{"the own prefix", false, list("T/" + acme + "/")},
		{"another tenant's prefix of self-checks", false, list("T/" + globex + "/" + blob.ProbePath)},
		{"the list of objects", false, func(ctx context.Context) error {
			_, err := own.objects.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			return err
		}},
		{"a data key of the own", true, wrap(map[string]string{"tenant": acme, "purpose": "data-key"})},
		{"a data key of another tenant", false, wrap(map[string]string{"tenant": globex, "purpose": "data-key"})},
		{"a data key of nobody", false, wrap(nil)},
	}
}

func ofRoles(function, own session, role, acme, globex string) []attack {
	take := func(s session, role string, tags map[string]string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.take(ctx, role, tags)
			return err
		}
	}
	return []attack{
		{"the tenant role without a tenant", false, take(function, role, nil)},
		{"the tenant role with one letter for a tenant", false, take(function, role, map[string]string{tenantrole.Tag: "*"})},
		{"the tenant role with a tag of its own", false, take(function, role, map[string]string{tenantrole.Tag: acme, "Admin": "yes"})},
		{"the tenant role with an actor, for a function of tenants", false, take(function, role, map[string]string{tenantrole.Tag: acme, tenantrole.ActorTag: globex})},
		{"another function's tenant role", false, take(function, resource.Function(environment, "restore")+"-tenant", map[string]string{tenantrole.Tag: acme})},
		{"another tenant, out of a session", false, take(own, role, map[string]string{tenantrole.Tag: globex})},
	}
}
