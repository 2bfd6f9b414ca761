"""What CloudFormation does with a global table, and ministack only with `AWS::DynamoDB::Table`: tags, and import of one that is there."""

from ministack.services import dynamodb
from ministack.services.cloudformation import changesets, provisioners

KIND = "AWS::DynamoDB::GlobalTable"
PLAIN = "AWS::DynamoDB::Table"


def install():
    handlers = provisioners._RESOURCE_HANDLERS
    create = handlers[KIND]["create"]

    def create_with_tags(logical_id, props, stack_name):
        if props.get("TableName") in dynamodb._tables:
            raise ValueError(f"{props['TableName']} already exists")
        name, attributes = create(logical_id, props, stack_name)
        tags = [tag for replica in props.get("Replicas", []) for tag in replica.get("Tags", [])]
        dynamodb._tags[attributes["Arn"]] = tags
        return name, attributes

    assert "import" not in handlers[KIND]
    handlers[KIND] = {**handlers[KIND], "create": create_with_tags, "import": handlers[PLAIN]["import"]}
    changesets._IMPORT_LOOKUPS[KIND] = changesets._IMPORT_LOOKUPS[PLAIN]
