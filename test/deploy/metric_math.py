"""Alarms over several metrics, which ministack's CloudFormation refuses: made over the first of them. No metric of ours is evaluated here."""

from ministack.services.cloudformation import provisioners

KIND = "AWS::CloudWatch::Alarm"


def install():
    handlers = provisioners._RESOURCE_HANDLERS
    create = handlers[KIND]["create"]

    def create_over_the_first(logical_id, props, stack_name):
        found = [query["MetricStat"] for query in props.get("Metrics", []) if "MetricStat" in query]
        if not found:
            return create(logical_id, props, stack_name)
        plain = {name: value for name, value in props.items() if name != "Metrics"}
        metric, statistic = found[0]["Metric"], {"Period": found[0]["Period"], "Statistic": found[0]["Stat"]}
        return create(logical_id, {**plain, **metric, **statistic}, stack_name)

    handlers[KIND] = {**handlers[KIND], "create": create_over_the_first}
