"""Teaches MiniStack's policy evaluator what isolation of tenants rests on and it lacks.

* Policy variables such as ${aws:PrincipalTag/TenantID}, in resources and in values of conditions. One that has no value
  matches nothing.
* dynamodb:LeadingKeys: the partition keys that a request names; in a transaction those of the item that is looked at.
* Calls on a table's stream are calls on that stream, not on everything.
* A batch of SQS is allowed by the action of one: sqs:DeleteMessage is for DeleteMessageBatch too.
* aws:SecureTransport is true: plain HTTP on loopback stands for TLS, which every policy demands.
* Calls of one alias of a function (GetAlias, UpdateAlias, DeleteAlias), which it takes for ListAliases.
* sts:ExternalId in the policy of whoever takes up a role; in the trust policy MiniStack has it.
* A mail is sent from an identity of SES, that of its address or else of the address' domain, with ses:FromAddress.
* kms:EncryptionContext:<name>, and that a key which is called by its alias is looked up by its own ARN.

All else (actions, resources, operators, session tags, trust policies) is MiniStack's own. The behavior is the documented
one: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html.
"""

import dataclasses
import json
import re

VARIABLE = re.compile(r"\$\{([^}]*)\}")
UNKNOWN = "\0"  # stands in for a variable without a value: no ARN and no key holds it
EQUALS = re.compile(r"(#?\w+)\s*=\s*(:\w+)")
PARTITION = "pk"


class Resource(str):
    """An ARN, with keys for conditions that belong to it alone, as the partition key does to one item of a transaction."""

    context: dict


def install():
    """Changes the evaluator in place."""
    from ministack.core import iam_actions, iam_evaluator

    trust_loopback(iam_evaluator)
    teach_variables(iam_evaluator)
    teach_leading_keys(iam_actions, iam_evaluator)
    teach_streams(iam_actions)
    teach_batches(iam_actions)
    teach_encryption_context(iam_actions)
    teach_external_id(iam_actions)
    teach_senders(iam_actions)
    teach_aliases(iam_actions)
    teach_alias_calls(iam_actions)


def trust_loopback(evaluator):
    resolve = evaluator._resolve_condition_key
    evaluator._resolve_condition_key = lambda key, ctx: "true" if key.lower() == "aws:securetransport" else resolve(key, ctx)


def teach_variables(evaluator):
    first_match, resolve = evaluator._first_match, evaluator._resolve_condition_key

    def fill(text, ctx):
        def value(match):
            found = resolve(match.group(1), ctx)
            return found if isinstance(found, str) and found else UNKNOWN

        return VARIABLE.sub(value, text) if isinstance(text, str) else text

    def filled(statement, ctx):
        if "${" not in json.dumps([statement.resources, statement.conditions]):
            return statement
        conditions = {
            operator: {key: [fill(v, ctx) for v in (values if isinstance(values, list) else [values])] for key, values in keys.items()}
            for operator, keys in statement.conditions.items()
        }
        return dataclasses.replace(statement, resources=[fill(r, ctx) for r in statement.resources], conditions=conditions)

    evaluator._first_match = lambda ctx, statements, effect: first_match(ctx, [filled(s, ctx) for s in statements], effect)


def teach_leading_keys(actions, evaluator):
    context, checks, enforce = actions.dynamodb_service_context, actions.dynamodb_transaction_checks, evaluator.enforce

    def with_keys(body):
        out = context(body)
        keys = leading_keys(parse(body))
        return {**out, "dynamodb:LeadingKeys": keys} if keys else out

    def by_item(action, body, region, account):
        found = []
        operations = [v for item in parse(body).get("TransactItems") or [] for v in item.values() if isinstance(v, dict)]
        for (item_action, arn), operation in zip(checks(action, body, region, account), operations):
            item = Resource(arn)
            item.context = {"dynamodb:LeadingKeys": leading_keys(operation)}
            found.append((item_action, item))
        return found

    def enforce_item(access_key, action, service, region, resource_arn="*", service_context=None):
        if isinstance(resource_arn, Resource):
            service_context = {**(service_context or {}), **resource_arn.context}
        return enforce(access_key, action, service, region, resource_arn=resource_arn, service_context=service_context)

    actions.dynamodb_service_context, actions.dynamodb_transaction_checks, evaluator.enforce = with_keys, by_item, enforce_item


def leading_keys(request):
    """The partition keys that a request, or one operation of a transaction, names."""
    keys = []
    for holder in ("Key", "Item"):
        keys += text((request.get(holder) or {}).get(PARTITION))
    names, values = request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    for name, value in EQUALS.findall(request.get("KeyConditionExpression") or ""):
        if names.get(name, name) == PARTITION or request.get("IndexName"):
            keys += text(values.get(value))
    for table in (request.get("RequestItems") or {}).values():
        for key in table.get("Keys") or [] if isinstance(table, dict) else []:
            keys += text(key.get(PARTITION))
        for write in table if isinstance(table, list) else []:
            keys += leading_keys(write.get("PutRequest") or write.get("DeleteRequest") or {})
    return keys


def text(attribute):
    return [attribute["S"]] if isinstance(attribute, dict) and isinstance(attribute.get("S"), str) else []


def teach_streams(actions):
    from ministack.services import dynamodb_streams

    resource = actions.extract_resource_arn

    def by_stream(service, method, path, headers, body, *args):
        arn = resource(service, method, path, headers, body, *args)
        if service != "dynamodbstreams":
            return arn
        request = parse(body)
        iterator = request.get("ShardIterator")
        stream = (dynamodb_streams._decode_iterator(iterator) or {}).get("arn") if isinstance(iterator, str) else request.get("StreamArn")
        return stream if isinstance(stream, str) and stream else arn

    actions.extract_resource_arn = by_stream


def teach_batches(actions):
    name = actions.extract_iam_action

    def of_one(*args):
        action = name(*args)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    actions.extract_iam_action = of_one


def teach_encryption_context(actions):
    tags = actions.request_tag_context

    def with_encryption(service, action, body, params):
        out = tags(service, action, body, params)
        if service != "kms":
            return out
        pairs = parse(body).get("EncryptionContext") or {}
        return {**out, **{f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}}

    actions.request_tag_context = with_encryption


def teach_external_id(actions):
    tags = actions.request_tag_context

    def with_external_id(service, action, body, params):
        out = tags(service, action, body, params)
        value = actions._query_param(params, "ExternalId") if action == "sts:AssumeRole" else ""
        return {**out, "sts:ExternalId": value} if value else out

    actions.request_tag_context = with_external_id


def teach_senders(actions):
    from ministack.services import ses_v2

    resource = actions._ses_v2_resource_arn

    def by_identity(method, path, body, region, account):
        sender = parse(body).get("FromEmailAddress")
        if not path.rstrip("/").endswith("/outbound-emails") or not isinstance(sender, str):
            return resource(method, path, body, region, account)
        name = sender if sender in ses_v2._identities else sender.rpartition("@")[2]
        identity = Resource(f"arn:aws:ses:{region}:{account}:identity/{name}")
        identity.context = {"ses:FromAddress": sender}
        return identity

    actions._ses_v2_resource_arn = by_identity


def teach_aliases(actions):
    from ministack.services import kms

    resource = actions.extract_resource_arn

    def by_key(service, *args):
        arn = resource(service, *args)
        if service == "kms" and ":alias/" in arn:
            key = kms._resolve_key("alias/" + arn.rpartition(":alias/")[2])
            return key["Arn"] if key else arn
        return arn

    actions.extract_resource_arn = by_key


def teach_alias_calls(actions):
    action = actions._lambda_action

    def of_one(method, path):
        parts = [p for p in path.split("/") if p]
        if len(parts) > 2 and parts[-2] == "aliases" and "functions" in parts:
            return {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}.get(method)
        return action(method, path)

    actions._lambda_action = of_one


def parse(body):
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
