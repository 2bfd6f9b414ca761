"""A small CloudFormation, as moto's wants packages that are not installed for it: stacks of JSON templates, what they are said to
have made, exports and imports, tags, protection, deletion. It makes nothing; `Metadata.Undeletable` of a template says by logical
id why a resource could not be deleted, and `Metadata.NestedIn` of which stack it is a part."""

import datetime
import json
import re
import urllib.parse
import uuid
from xml.sax.saxutils import escape

# By account and region, the stacks by their ids, deleted ones too.
stacks = {}
page = 100


class Refused(Exception):
    pass


def listed(asked, name, *fields):
    """`Tags.member.1.Key=…` as a list."""
    found = []
    for at in range(1, 201):
        values = {field: asked.get(f"{name}.member.{at}.{field}") for field in fields}
        if all(value is None for value in values.values()):
            return found
        found.append(values)
    return found


def xml_of(value):
    if isinstance(value, list):
        return "".join(f"<member>{xml_of(one)}</member>" for one in value)
    if isinstance(value, dict):
        return "".join(f"<{name}>{xml_of(one)}</{name}>" for name, one in value.items() if one is not None)
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))


def imports_of(template):
    return set(re.findall(r'"Fn::ImportValue":\s*"([^"]+)"', json.dumps(template)))


def exports_of(stack):
    return [one["ExportName"] for one in stack["shown"]["Outputs"] if "ExportName" in one]


class Place:
    def __init__(self, account, region):
        self.account, self.region = account, region
        self.all = stacks.setdefault((account, region), {})

    def standing(self):
        return [one for one in self.all.values() if one["shown"]["StackStatus"] != "DELETE_COMPLETE"]

    def named(self, name):
        if name in self.all:
            return self.all[name]
        found = [one for one in self.standing() if one["shown"]["StackName"] == name]
        if not found:
            raise Refused(f"Stack with id {name} does not exist")
        return found[0]

    def importers(self, export):
        return [one["shown"]["StackName"] for one in self.standing() if export in imports_of(one["template"])]


def create_stack(place, asked):
    name = asked["StackName"]
    if any(one["shown"]["StackName"] == name for one in place.standing()):
        raise Refused(f"Stack [{name}] already exists", "AlreadyExistsException")
    template = json.loads(asked["TemplateBody"])
    wanted = {one for one, spec in template.get("Parameters", {}).items() if "Default" not in spec}
    parameters = listed(asked, "Parameters", "ParameterKey", "ParameterValue")
    missing = wanted - {one["ParameterKey"] for one in parameters}
    if missing:
        raise Refused(f"Parameters: [{', '.join(sorted(missing))}] must have values")
    capabilities = {asked[one] for one in asked if one.startswith("Capabilities.member.")}
    makes_roles = any(one["Type"] == "AWS::IAM::Role" for one in template["Resources"].values())
    if makes_roles and not capabilities:
        raise Refused("Requires capabilities : [CAPABILITY_IAM]", "InsufficientCapabilitiesException")
    id = f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{name}/{uuid.uuid4()}"
    outputs = [
        {
            "OutputKey": key,
            "OutputValue": "x",
            **({"ExportName": one["Export"]["Name"]} if "Export" in one else {}),
        }
        for key, one in template.get("Outputs", {}).items()
    ]
    hidden = {one for one, spec in template.get("Parameters", {}).items() if spec.get("NoEcho") in (True, "true")}
    shown_parameters = [
        {**one, "ParameterValue": "****" if one["ParameterKey"] in hidden else one["ParameterValue"]} for one in parameters
    ]
    parent = template.get("Metadata", {}).get("NestedIn")
    shown = {
        "StackId": id,
        "StackName": name,
        "Description": template.get("Description"),
        "CreationTime": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "StackStatus": "CREATE_COMPLETE",
        "ParentId": place.named(parent)["shown"]["StackId"] if parent else None,
        "Parameters": shown_parameters,
        "Capabilities": sorted(capabilities),
        "Outputs": outputs,
        "RoleARN": asked.get("RoleARN"),
        "Tags": listed(asked, "Tags", "Key", "Value"),
        "EnableTerminationProtection": asked.get("EnableTerminationProtection") == "true",
    }
    body, policy = asked["TemplateBody"], asked.get("StackPolicyBody")
    place.all[id] = {"shown": shown, "template": template, "body": body, "policy": policy, "resources": {}}
    return {"StackId": id}


def update_stack(place, asked):
    stack = place.named(asked["StackName"])
    status = stack["shown"]["StackStatus"]
    if not re.fullmatch(r"(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE", status):
        raise Refused(f"Stack:{stack['shown']['StackId']} is in {status} state and can not be updated.")
    tags = listed(asked, "Tags", "Key", "Value")
    if tags == stack["shown"]["Tags"]:
        raise Refused("No updates are to be performed.")
    stack["shown"] = {**stack["shown"], "Tags": tags, "StackStatus": "UPDATE_COMPLETE"}
    return {"StackId": stack["shown"]["StackId"]}


def described(stack):
    # The first question after a deletion was asked for finds it under way.
    pending = stack.pop("pending", None)
    shown = dict(stack["shown"])
    if pending:
        stack["shown"]["StackStatus"] = pending
    return shown


def describe_stacks(place, asked):
    if "StackName" in asked:
        return {"Stacks": [described(place.named(asked["StackName"]))]}
    start = int(asked.get("NextToken", 0))
    some = place.standing()
    more = str(start + page) if len(some) > start + page else None
    return {"Stacks": [described(one) for one in some[start : start + page]], "NextToken": more}


def delete_stack(place, asked):
    try:
        stack = place.named(asked["StackName"])
    except Refused:
        return {}
    shown = stack["shown"]
    if shown["StackStatus"] == "DELETE_COMPLETE":
        return {}
    if shown["EnableTerminationProtection"]:
        raise Refused(f"Stack [{shown['StackName']}] cannot be deleted while TerminationProtection is enabled")
    importing = [(export, place.importers(export)) for export in exports_of(stack) if place.importers(export)]
    undeletable = stack["template"].get("Metadata", {}).get("Undeletable", {})
    for name, resource in stack["template"]["Resources"].items():
        retained = resource.get("DeletionPolicy") == "Retain"
        stack["resources"][name] = ("DELETE_SKIPPED", None) if retained else ("DELETE_COMPLETE", None)
        if name in undeletable:
            stack["resources"][name] = ("DELETE_FAILED", undeletable[name])
    shown["StackStatus"] = "DELETE_IN_PROGRESS"
    stack["pending"] = "DELETE_FAILED" if undeletable or importing else "DELETE_COMPLETE"
    return {}


def list_stack_resources(place, asked):
    stack = place.named(asked["StackName"])
    name = stack["shown"]["StackName"]
    return {
        "StackResourceSummaries": [
            {
                "LogicalResourceId": key,
                "PhysicalResourceId": f"{name}-{key}".lower(),
                "ResourceType": one["Type"],
                "ResourceStatus": stack["resources"].get(key, ("CREATE_COMPLETE", None))[0],
                "ResourceStatusReason": stack["resources"].get(key, ("", None))[1],
            }
            for key, one in stack["template"]["Resources"].items()
        ]
    }


def get_template(place, asked):
    """A template that names a macro is processed by losing its name."""
    stack = place.named(asked["StackName"])
    if asked.get("TemplateStage") == "Processed" and "Transform" in stack["template"]:
        rest = {name: one for name, one in stack["template"].items() if name != "Transform"}
        return {"TemplateBody": json.dumps(rest)}
    return {"TemplateBody": stack["body"]}


def set_stack_policy(place, asked):
    place.named(asked["StackName"])["policy"] = asked["StackPolicyBody"]
    return {}


def get_stack_policy(place, asked):
    return {"StackPolicyBody": place.named(asked["StackName"])["policy"]}


def list_imports(place, asked):
    names = place.importers(asked["ExportName"])
    if not names:
        raise Refused(f"Export '{asked['ExportName']}' is not imported by any stack.")
    return {"Imports": names}


def update_termination_protection(place, asked):
    stack = place.named(asked["StackName"])
    stack["shown"]["EnableTerminationProtection"] = asked["EnableTerminationProtection"] == "true"
    return {"StackId": stack["shown"]["StackId"]}


operations = {
    "CreateStack": create_stack,
    "UpdateStack": update_stack,
    "DescribeStacks": describe_stacks,
    "DeleteStack": delete_stack,
    "ListStackResources": list_stack_resources,
    "ListImports": list_imports,
    "GetTemplate": get_template,
    "GetStackPolicy": get_stack_policy,
    "SetStackPolicy": set_stack_policy,
    "UpdateTerminationProtection": update_termination_protection,
}


def answered(account, region, body):
    """Status and text of the answer; nothing for what it does not know."""
    asked = {name: values[0] for name, values in urllib.parse.parse_qs(body.decode(), keep_blank_values=True).items()}
    operation = asked.get("Action", "")
    if operation not in operations:
        return None
    try:
        result = xml_of(operations[operation](Place(account, region), asked))
    except Refused as refused:
        text, code = (*refused.args, "ValidationError")[:2]
        return "400 Bad Request", (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(text)}</Message></Error></ErrorResponse>"
        )
    return "200 OK", f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
