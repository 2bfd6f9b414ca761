"""The condition keys that our policies are made of and ministack does not know, taken from the requests as AWS does.

`dynamodb:LeadingKeys` for every request, for each item of a transaction its own; `dynamodb:Attributes` of updates. And
`aws:SecureTransport` is always true: an emulator on the loopback has no TLS, AWS has nothing else.
"""

import json
import re

from ministack.core import iam_actions, iam_evaluator

PARTITION_KEY = "pk"


def partitions_of(request):
    """The partitions that one request names; of a batch, of each key."""
    for holder in ("Key", "Item"):
        if PARTITION_KEY in request.get(holder, {}):
            return [request[holder][PARTITION_KEY]["S"]]
    if "RequestItems" in request:
        return [key[PARTITION_KEY]["S"] for table in request["RequestItems"].values() for key in table["Keys"]]
    names = request.get("ExpressionAttributeNames", {})
    for name, value in re.findall(r"(#?\w+)\s*=\s*(:\w+)", request.get("KeyConditionExpression", "")):
        if names.get(name, name) == PARTITION_KEY:
            return [request["ExpressionAttributeValues"][value]["S"]]
    return []


def keys_of(request):
    leading = partitions_of(request)
    context = {"dynamodb:LeadingKeys": leading} if leading else {}
    if "UpdateExpression" in request:
        context["dynamodb:Attributes"] = sorted({*request["Key"], *request.get("ExpressionAttributeNames", {}).values()})
        context["dynamodb:ReturnValues"] = request.get("ReturnValues", "NONE")
    return context


class ItemArn(str):
    """The table's ARN, with what the item names."""

    keys: dict


def install():
    context_of, checks_of, enforce = iam_actions.dynamodb_service_context, iam_actions.dynamodb_transaction_checks, iam_evaluator.enforce
    resolve = iam_evaluator._resolve_condition_key

    def dynamodb_service_context(body):
        return {**context_of(body), **keys_of(json.loads(body or b"{}"))}

    def dynamodb_transaction_checks(action, body, region, account):
        checks = checks_of(action, body, region, account)
        if not checks:
            return checks
        requests = [request for item in json.loads(body)["TransactItems"] for request in item.values()]
        assert len(requests) == len(checks)
        found = []
        for (item_action, arn), request in zip(checks, requests):
            of_item = ItemArn(arn)
            of_item.keys = keys_of(request)
            found.append((item_action, of_item))
        return found

    def enforce_with_keys(access_key, action, service, region, resource_arn="*", service_context=None):
        return enforce(access_key, action, service, region, resource_arn=resource_arn, service_context={**(service_context or {}), **getattr(resource_arn, "keys", {})})

    iam_actions.dynamodb_service_context = dynamodb_service_context
    iam_actions.dynamodb_transaction_checks = dynamodb_transaction_checks
    iam_evaluator.enforce = enforce_with_keys
    iam_evaluator._resolve_condition_key = lambda key, context: "true" if key.lower() == "aws:securetransport" else resolve(key, context)
