"""Teaches MiniStack what the weights of an alias mean, and counts what each version did.

* Weights. An alias with AdditionalVersionWeights sends that share of its invocations to each version that it names and
  the rest to its own. MiniStack stores the weights and invokes the alias's own version alone. So do API Gateway's
  integrations and authorizers here, and Invoke. The behavior is the documented one:
  https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html. AWS takes a moment until a change of the
  weights is seen everywhere; here it is seen at once.
* Counts. What API Gateway had invoked, by function, alias and version: begun, ended, and ended in an error. CloudWatch has
  the same under AWS/Lambda with the dimension Resource, which MiniStack leaves out for API Gateway.
"""

import random
import threading

ALIAS = "guardrails_alias"  # under which alias a record is executed

counts = {}
lock = threading.Lock()


def install():
    """Changes the Lambda service in place."""
    from ministack.services import lambda_svc

    teach_weights(lambda_svc)
    count(lambda_svc)


def pick(alias):
    """The version that one invocation of an alias goes to."""
    point = random.random()
    for version, weight in ((alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}).items():
        point -= weight
        if point < 0:
            return version
    return alias.get("FunctionVersion", "$LATEST")


def teach_weights(service):
    by_reference, invoke = service._get_func_record_for_ref, service._invoke

    def weighted(reference):
        found = by_reference(reference)
        if found[0] is None:
            return found
        function, _, name = service._get_base_func_record_for_ref(reference)
        _, qualifier = service._resolve_name_and_qualifier(reference)
        alias = (function or {}).get("aliases", {}).get(qualifier)
        if not alias:
            return found
        record = function["versions"].get(pick(alias), function)
        return {**record, ALIAS: qualifier}, record["config"], name

    async def weighted_invoke(name, event, headers, path_qualifier=None, query_params=None):
        qualifier = service._qualifier_from_path_or_query(path_qualifier, query_params)
        alias = (service._functions.get(name) or {}).get("aliases", {}).get(qualifier)
        if alias and alias.get("RoutingConfig"):
            path_qualifier = pick(alias)
        return await invoke(name, event, headers, path_qualifier, query_params)

    service._get_func_record_for_ref, service._invoke = weighted, weighted_invoke


def count(service):
    execute = service._execute_function_with_config_scope

    def counted(record, event):
        config = record.get("config") or record
        key = config.get("FunctionName", ""), record.get(ALIAS, ""), config.get("Version", "$LATEST")
        with lock:
            row = counts.setdefault(key, [0, 0, 0])
            row[0] += 1
        failed = True
        try:
            result = execute(record, event)
            failed = bool(result.get("error"))
            return result
        finally:
            with lock:
                row[1] += 1
                row[2] += failed

    service._execute_function_with_config_scope = counted


def invocations():
    """The counts, for GET /_guardrails/invocations."""
    with lock:
        return [
            {"function": f, "alias": a, "version": v, "begun": begun, "ended": ended, "failed": failed}
            for (f, a, v), (begun, ended, failed) in counts.items()
        ]
