"""The ARN of a schedule names its group, as AWS has it; ministack calls every group `default`."""

import json

from ministack.core import iam_actions


def install():
    arn_of = iam_actions.extract_resource_arn

    def extract_resource_arn(service, method, path, headers, body, *rest):
        arn = arn_of(service, method, path, headers, body, *rest)
        if service != "scheduler" or method != "POST" or ":schedule/default/" not in arn:
            return arn
        group = json.loads(body or b"{}").get("GroupName", "default")
        return arn.replace(":schedule/default/", f":schedule/{group}/")

    iam_actions.extract_resource_arn = extract_resource_arn
