package stack

import (
	"guardrails/infra/cfn"
	"guardrails/infra/monitoring"
	"guardrails/infra/plan"
	"guardrails/shared/resource"
	"guardrails/shared/table"
)

const keyID = "Key"

// data is the stack of everything that outlives a release: the key, tables, queues, buckets, secrets, and the topics of
// alarms.
func (b *builder) data() Stack {
	t := cfn.New("Guardrails " + b.env.Name + ": tables, queues, buckets, secrets and the key that encrypts them.")
	b.key(t)
	for _, spec := range b.plan.Resources.Tables {
		b.table(t, spec)
	}
	for _, spec := range b.plan.Resources.Queues {
		b.queue(t, spec)
	}
	b.buckets(t)
	for _, spec := range b.plan.Resources.Secrets {
		b.secret(t, spec)
	}
	b.topics(t)
	for _, a := range b.plan.QueueAlarms() {
		b.alarm(t, a, cfn.Ref("Alarms"))
	}
	return Stack{Name: b.dataName(), Template: t, Protected: b.env.Protected()}
}

// keep marks a resource that stays when it leaves its template.
func (b *builder) keep(r cfn.Resource) cfn.Resource {
	r.DeletionPolicy, r.UpdateReplacePolicy = "Retain", "Retain"
	return r
}

// services are those that use the key on a caller's behalf. The key's policy lets them do so for whoever in the
// account may use the table, queue, bucket or secret itself.
var services = []string{"dynamodb", "sqs", "s3", "secretsmanager"}

func (b *builder) key(t *cfn.Template) {
	via := cfn.List{}
	for _, s := range services {
		via = append(via, cfn.Sub(s+".${AWS::Region}.amazonaws.com"))
	}
	use := cfn.List{"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"}
	root := cfn.Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
	t.Add(keyID, b.keep(cfn.Resource{Type: "AWS::KMS::Key", Properties: cfn.Map{
		"Description": b.plan.Resources.Key.Description, "EnableKeyRotation": true, "PendingWindowInDays": 30,
		"KeyPolicy": cfn.Map{"Version": "2012-10-17", "Statement": cfn.List{
			cfn.Map{"Sid": "Administrators", "Effect": "Allow", "Principal": cfn.Map{"AWS": root}, "Action": "kms:*", "Resource": "*"},
			cfn.Map{
				"Sid": "ThroughServices", "Effect": "Allow", "Principal": cfn.Map{"AWS": "*"}, "Action": use, "Resource": "*",
				"Condition": cfn.Map{"StringEquals": cfn.Map{"kms:CallerAccount": cfn.Ref("AWS::AccountId"), "kms:ViaService": via}},
			},
			cfn.Map{
				"Sid": "TableGrants", "Effect": "Allow", "Principal": cfn.Map{"AWS": "*"}, "Action": "kms:CreateGrant", "Resource": "*",
				"Condition": cfn.Map{
					"StringEquals": cfn.Map{"kms:CallerAccount": cfn.Ref("AWS::AccountId"), "kms:ViaService": cfn.Sub("dynamodb.${AWS::Region}.amazonaws.com")},
					"Bool":         cfn.Map{"kms:GrantIsForAWSResource": "true"},
				},
			},
			cfn.Map{
				"Sid": "Logs", "Effect": "Allow", "Principal": cfn.Map{"Service": cfn.Sub("logs.${AWS::Region}.amazonaws.com")}, "Action": use, "Resource": "*",
				"Condition": cfn.Map{"ArnLike": cfn.Map{"kms:EncryptionContext:aws:logs:arn": cfn.ARN("logs", "log-group:*")}},
			},
			cfn.Map{
				"Sid": "AlarmTopic", "Effect": "Allow", "Principal": cfn.Map{"Service": "cloudwatch.amazonaws.com"}, "Action": cfn.List{"kms:Decrypt", "kms:GenerateDataKey"}, "Resource": "*",
				"Condition": cfn.Map{"StringEquals": cfn.Map{"aws:SourceAccount": cfn.Ref("AWS::AccountId")}},
			},
		}},
	}}))
	t.Add("KeyAlias", cfn.Resource{Type: "AWS::KMS::Alias", Properties: cfn.Map{"AliasName": b.plan.Resources.Key.Alias, "TargetKeyId": cfn.Ref(keyID)}})
	t.Export("KeyArn", b.exportKey(), cfn.GetAtt(keyID, "Arn"))
}

func attribute(name, kind string) cfn.Map {
	return cfn.Map{"AttributeName": name, "AttributeType": kind}
}

func schema(pk, sk string) cfn.List {
	return cfn.List{cfn.Map{"AttributeName": pk, "KeyType": "HASH"}, cfn.Map{"AttributeName": sk, "KeyType": "RANGE"}}
}

func (b *builder) table(t *cfn.Template, spec resource.TableSpec) {
	attributes := cfn.List{attribute(resource.AttrPK, "S"), attribute(resource.AttrSK, "S")}
	indexes := cfn.List{}
	for _, x := range spec.Indexes {
		attributes = append(attributes, attribute(x.PK, "S"))
		if x.SK != resource.AttrSK { // which is there already
			attributes = append(attributes, attribute(x.SK, sortType(x)))
		}
		projection := "ALL"
		if x.KeysOnly {
			projection = "KEYS_ONLY"
		}
		indexes = append(indexes, cfn.Map{"IndexName": x.Name, "KeySchema": schema(x.PK, x.SK), "Projection": cfn.Map{"ProjectionType": projection}})
	}
	p := cfn.Map{
		"TableName": spec.Physical, "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": attributes,
		"KeySchema":                        schema(resource.AttrPK, resource.AttrSK),
		"TimeToLiveSpecification":          cfn.Map{"AttributeName": resource.AttrTTL, "Enabled": true},
		"PointInTimeRecoverySpecification": cfn.Map{"PointInTimeRecoveryEnabled": true},
		"SSESpecification":                 cfn.Map{"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": cfn.GetAtt(keyID, "Arn")},
		"DeletionProtectionEnabled":        b.env.Protected(),
	}
	if len(indexes) > 0 {
		p["GlobalSecondaryIndexes"] = indexes
	}
	if spec.Stream {
		p["StreamSpecification"] = cfn.Map{"StreamViewType": "NEW_IMAGE"}
	}
	id := t.Add(cfn.ID(spec.Name, "table"), b.keep(cfn.Resource{Type: "AWS::DynamoDB::Table", Properties: p}))
	if spec.Stream {
		t.Export(id+"Stream", b.exportStream(spec.Name), cfn.GetAtt(id, "StreamArn"))
	}
}

func sortType(x table.Index) string {
	if x.SortIsNumber {
		return "N"
	}
	return "S"
}

func queueID(physicalOrName string) string { return cfn.ID(physicalOrName, "queue") }

func (b *builder) queue(t *cfn.Template, spec resource.QueueSpec) {
	p := cfn.Map{
		"QueueName": spec.Physical, "VisibilityTimeout": int(spec.Visibility.Seconds()), "MessageRetentionPeriod": int(spec.Retention.Seconds()),
		"KmsMasterKeyId": cfn.Ref(keyID), "KmsDataKeyReusePeriodSeconds": 300,
	}
	if spec.DeadLetter != "" {
		for _, other := range b.plan.Resources.Queues {
			if other.Physical == spec.DeadLetter {
				p["RedrivePolicy"] = cfn.Map{"deadLetterTargetArn": cfn.GetAtt(queueID(other.Name), "Arn"), "maxReceiveCount": spec.MaxReceive}
			}
		}
	}
	id := t.Add(queueID(spec.Name), b.keep(cfn.Resource{Type: "AWS::SQS::Queue", Properties: p}))
	t.Add(id+"Policy", cfn.Resource{Type: "AWS::SQS::QueuePolicy", Properties: cfn.Map{
		"Queues":         cfn.List{cfn.Ref(id)},
		"PolicyDocument": cfn.Map{"Version": "2012-10-17", "Statement": cfn.List{onlyTLS("sqs:*", cfn.GetAtt(id, "Arn"))}},
	}})
}

// onlyTLS refuses whatever does not come over TLS.
func onlyTLS(action string, resources ...any) cfn.Map {
	return cfn.Map{
		"Sid": "OnlyTLS", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": one(resources),
		"Condition": cfn.Map{"Bool": cfn.Map{"aws:SecureTransport": "false"}},
	}
}

func bucketID(name string) string { return cfn.ID(name, "bucket") }

// buckets makes the buckets, and one that takes their access logs.
func (b *builder) buckets(t *cfn.Template) {
	b.bucket(t, "access-logs", resource.Bucket(b.env.Name, b.plan.Account, "access-logs"), cfn.Map{
		"LifecycleConfiguration": expire(b.env.LogDays),
		"BucketEncryption":       encryption(cfn.Map{"SSEAlgorithm": "AES256"}), // S3 delivers access logs to no bucket with a KMS key
	}, cfn.Map{
		"Sid": "AccessLogs", "Effect": "Allow", "Principal": cfn.Map{"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
		"Resource":  cfn.SubWith("${Bucket}/*", cfn.Map{"Bucket": cfn.GetAtt(bucketID("access-logs"), "Arn")}),
		"Condition": cfn.Map{"StringEquals": cfn.Map{"aws:SourceAccount": cfn.Ref("AWS::AccountId")}},
	})
	for _, spec := range b.plan.Resources.Buckets {
		p := cfn.Map{
			"LifecycleConfiguration": expire(spec.ExpireDays),
			"BucketEncryption":       encryption(cfn.Map{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": cfn.GetAtt(keyID, "Arn")}),
			"LoggingConfiguration":   cfn.Map{"DestinationBucketName": cfn.Ref(bucketID("access-logs")), "LogFilePrefix": spec.Name + "/"},
		}
		if spec.Locked {
			p["ObjectLockEnabled"] = true
			p["ObjectLockConfiguration"] = cfn.Map{"ObjectLockEnabled": "Enabled", "Rule": cfn.Map{
				"DefaultRetention": cfn.Map{"Mode": b.env.AuditMode(), "Days": b.env.AuditDays},
			}}
		}
		b.bucket(t, spec.Name, spec.Physical, p)
	}
}

// expire deletes objects after some days; with zero it only clears away uploads that were given up.
func expire(days int) cfn.Map {
	rule := cfn.Map{"Id": "expire", "Status": "Enabled", "AbortIncompleteMultipartUpload": cfn.Map{"DaysAfterInitiation": 1}}
	if days > 0 {
		rule["ExpirationInDays"] = days
		rule["NoncurrentVersionExpiration"] = cfn.Map{"NoncurrentDays": 1}
	}
	return cfn.Map{"Rules": cfn.List{rule}}
}

func encryption(by cfn.Map) cfn.Map {
	rule := cfn.Map{"ServerSideEncryptionByDefault": by}
	if by["SSEAlgorithm"] == "aws:kms" {
		rule["BucketKeyEnabled"] = true
	}
	return cfn.Map{"ServerSideEncryptionConfiguration": cfn.List{rule}}
}

// bucket makes a private bucket that speaks TLS alone; statements join its policy.
func (b *builder) bucket(t *cfn.Template, name, physical string, p cfn.Map, statements ...any) {
	p["BucketName"] = text(physical)
	p["PublicAccessBlockConfiguration"] = cfn.Map{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}
	p["OwnershipControls"] = cfn.Map{"Rules": cfn.List{cfn.Map{"ObjectOwnership": "BucketOwnerEnforced"}}}
	p["VersioningConfiguration"] = cfn.Map{"Status": "Enabled"}
	id := t.Add(bucketID(name), b.keep(cfn.Resource{Type: "AWS::S3::Bucket", Properties: p}))
	all := cfn.SubWith("${Bucket}/*", cfn.Map{"Bucket": cfn.GetAtt(id, "Arn")})
	t.Add(id+"Policy", cfn.Resource{Type: "AWS::S3::BucketPolicy", Properties: cfn.Map{
		"Bucket":         cfn.Ref(id),
		"PolicyDocument": cfn.Map{"Version": "2012-10-17", "Statement": append(cfn.List{onlyTLS("s3:*", cfn.GetAtt(id, "Arn"), all)}, statements...)},
	}})
}

// punctuation is all of ASCII that is neither letter nor digit.
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// secret is a random secret. CloudFormation generates characters, not bytes: 64 letters and digits are base64 too, of
// 48 bytes with 381 bits of chance.
func (b *builder) secret(t *cfn.Template, spec resource.SecretSpec) {
	id := t.Add(cfn.ID(spec.Name, "secret"), b.keep(cfn.Resource{Type: "AWS::SecretsManager::Secret", Properties: cfn.Map{
		"Name": spec.Physical, "KmsKeyId": cfn.GetAtt(keyID, "Arn"), "Description": "Guardrails " + b.env.Name + ": " + spec.Name,
		"GenerateSecretString": cfn.Map{"PasswordLength": 64, "ExcludeCharacters": punctuation},
	}}))
	t.Export(id+"Arn", b.exportSecret(spec.Name), cfn.GetAtt(id, "Id"))
}

// topics are where alarms go, and who hears of them: of pages everybody, of tickets the e-mail address alone, since nobody
// is to be woken for them.
func (b *builder) topics(t *cfn.Template) {
	b.topic(t, "Alarms", b.alarmTopic())
	b.topic(t, "Tickets", b.ticketTopic())
	if b.env.Alarms.PagerDuty != "" {
		t.Add("AlarmsPagerDuty", cfn.Resource{Type: "AWS::SNS::Subscription", Properties: cfn.Map{
			"TopicArn": cfn.Ref("Alarms"), "Protocol": "https", "Endpoint": "{{resolve:secretsmanager:" + b.env.Alarms.PagerDuty + "}}",
		}})
	}
}

// topic adds a topic that CloudWatch alone publishes to, with the e-mail address's subscription.
func (b *builder) topic(t *cfn.Template, id, physical string) {
	t.Add(id, cfn.Resource{Type: "AWS::SNS::Topic", Properties: cfn.Map{"TopicName": physical, "KmsMasterKeyId": cfn.Ref(keyID)}})
	t.Add(id+"Policy", cfn.Resource{Type: "AWS::SNS::TopicPolicy", Properties: cfn.Map{
		"Topics": cfn.List{cfn.Ref(id)},
		"PolicyDocument": cfn.Map{"Version": "2012-10-17", "Statement": cfn.List{
			cfn.Map{
				"Sid": "CloudWatch", "Effect": "Allow", "Principal": cfn.Map{"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish", "Resource": cfn.Ref(id),
				"Condition": cfn.Map{"StringEquals": cfn.Map{"aws:SourceAccount": cfn.Ref("AWS::AccountId")}},
			},
			onlyTLS("sns:Publish", cfn.Ref(id)),
		}},
	}})
	if b.env.Alarms.Email != "" {
		t.Add(id+"Email", cfn.Resource{Type: "AWS::SNS::Subscription", Properties: cfn.Map{"TopicArn": cfn.Ref(id), "Protocol": "email", "Endpoint": b.env.Alarms.Email}})
	}
}

// runbooks is where the runbooks can be read.
const runbooks = monitoring.Runbooks

// alarm adds an alarm that tells topic.
func (b *builder) alarm(t *cfn.Template, a plan.Alarm, topic any) string {
	dimensions := cfn.List{}
	for _, d := range a.Dimensions {
		dimensions = append(dimensions, cfn.Map{"Name": d[0], "Value": d[1]})
	}
	missing := "notBreaching"
	if a.Silence {
		missing = "breaching"
	}
	about := a.About
	if a.Ticket {
		about = "[ticket] " + about
	}
	return t.Add(cfn.ID(a.Name, "alarm"), cfn.Resource{Type: "AWS::CloudWatch::Alarm", Properties: cfn.Map{
		"AlarmName": a.Name, "AlarmDescription": about + " Runbook: " + runbooks + a.Runbook + ".md",
		"Namespace": a.Namespace, "MetricName": a.Metric, "Dimensions": dimensions, "Statistic": a.Statistic,
		"Period": int(a.Period.Seconds()), "EvaluationPeriods": a.Of, "DatapointsToAlarm": a.Bad,
		"ComparisonOperator": string(a.Comparison), "Threshold": a.Threshold, "TreatMissingData": missing,
		"AlarmActions": cfn.List{topic}, "OKActions": cfn.List{topic},
	}})
}
