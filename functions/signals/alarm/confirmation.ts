/**
 * An alarm is over when CloudWatch says that it is OK, one that was deleted when there is none of
 * its name. What single series are in is not told by the API.
 */
import { describeAlarms } from "../../../aws/cloudwatch/alarm.ts";
import { confirmation } from "../../../sdk/signal.ts";

interface AlarmTold {
  readonly alarmName: string;
  readonly operation?: string | undefined;
  readonly alarmContributor?: object | undefined;
}

export default confirmation({
  reads: [describeAlarms],
  async over({ alarmName, operation, alarmContributor }: AlarmTold, { read }) {
    // DescribeAlarms tells of the alarm as a whole; for DescribeAlarmContributors, which would tell of
    // them, AWS's own reference has no action that a role could be given.
    if (alarmContributor) return "no state";
    const { MetricAlarms = [], CompositeAlarms = [] } = await read(
      describeAlarms({ AlarmNames: [alarmName], AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }),
    );
    const [alarm] = [...MetricAlarms, ...CompositeAlarms];
    if (operation === "delete") return alarm === undefined;
    if (!alarm) throw new Error(`there is no alarm ${alarmName} any more`);
    return alarm.StateValue === "OK";
  },
});
