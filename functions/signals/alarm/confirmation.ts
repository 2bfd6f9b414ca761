/**
 * An alarm is over when CloudWatch says that it is OK, one that was deleted when there is none of
 * its name. One of its series is over when CloudWatch no longer has it among those in ALARM.
 */
import { describeAlarmContributors, describeAlarms } from "../../../aws/cloudwatch/alarm.ts";
import { confirmation } from "../../../sdk/signal.ts";
import type { Reader } from "../../../sdk/unit.ts";

interface AlarmTold {
  readonly alarmName: string;
  readonly operation?: string | undefined;
  readonly alarmContributor?: { readonly id: string } | undefined;
}

const reads = [describeAlarms, describeAlarmContributors] as const;

/** Page by page: an alarm may watch hundreds of series. */
async function isInAlarm(
  AlarmName: string,
  series: string,
  read: Reader<typeof reads>,
): Promise<boolean> {
  let NextToken: string | undefined;
  do {
    const page = await read(describeAlarmContributors({ AlarmName, NextToken }));
    if (page?.AlarmContributors?.some(({ ContributorId }) => ContributorId === series)) return true;
    NextToken = page?.NextToken;
  } while (NextToken !== undefined);
  return false;
}

export default confirmation({
  reads,
  async over({ alarmName, operation, alarmContributor }: AlarmTold, { read }) {
    if (alarmContributor) return !(await isInAlarm(alarmName, alarmContributor.id, read));
    const { MetricAlarms = [], CompositeAlarms = [] } = await read(
      describeAlarms({ AlarmNames: [alarmName], AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }),
    );
    const [alarm] = [...MetricAlarms, ...CompositeAlarms];
    if (operation === "delete") return alarm === undefined;
    if (!alarm) throw new Error(`there is no alarm ${alarmName} any more`);
    return alarm.StateValue === "OK";
  },
});
