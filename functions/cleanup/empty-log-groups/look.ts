/** Log groups, and of those that hold nothing who wrote to them last, and who depends on them. */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { describeLogStreams, describeSubscriptionFilters } from "../../../aws/logs/empty.ts";
import { listTagsForResource } from "../../../aws/logs/log-group.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { before, days as daysLong } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfEmptiness = [
  describeLogStreams,
  describeSubscriptionFilters,
  listTagsForResource,
] as const;

/** A log group; what is known beside of one that holds nothing, or was asked for by name. */
export interface FoundLogGroup {
  readonly group: LogGroup;
  readonly isEmpty: boolean;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Names of its subscription filters. */
  readonly subscribed?: readonly string[] | undefined;
}

interface LookingAtLogs {
  readonly read: Reader<typeof readsOfEmptiness>;
  readonly now: Date;
  readonly days: number;
  /** Asked for by name: looked at whatever they hold. */
  readonly all: boolean;
}

/** CloudWatch Logs is asked about so many at a time. */
const concurrency = 4;

const arnOf = ({ logGroupArn, arn }: LogGroup): string =>
  logGroupArn ?? arn?.replace(/:\*$/, "") ?? "";

/** How much is stored is counted late: when something came last is asked too. */
async function isWrittenTo(
  { logGroupName }: LogGroup,
  { read, now, days }: LookingAtLogs,
): Promise<boolean> {
  const answer = await read(
    describeLogStreams({ logGroupName, orderBy: "LastEventTime", descending: true, limit: 1 }),
  );
  const [last] = answer?.logStreams ?? [];
  const at = Math.max(last?.lastIngestionTime ?? 0, last?.lastEventTimestamp ?? 0);
  return at > before(now, daysLong(days)).getTime();
}

async function lookedAt(group: LogGroup, looking: LookingAtLogs): Promise<FoundLogGroup> {
  // What AWS does not say is not nothing.
  const holdsNothing = group.storedBytes === 0;
  if (!holdsNothing && !looking.all) return { group, isEmpty: false };
  const { read } = looking;
  const isEmpty = holdsNothing && !(await isWrittenTo(group, looking));
  const { logGroupName } = group;
  const filters = await read(describeSubscriptionFilters({ logGroupName }));
  const tagged = await read(listTagsForResource({ resourceArn: arnOf(group) }));
  return {
    group,
    isEmpty,
    tags: tagged?.tags ?? {},
    subscribed: (filters?.subscriptionFilters ?? []).map(({ filterName = "" }) => filterName),
  };
}

export const looksAt = (
  groups: readonly LogGroup[],
  looking: LookingAtLogs,
): Promise<FoundLogGroup[]> =>
  concurrently(groups, (group) => lookedAt(group, looking), { concurrency });

const tagList = (tags: FoundLogGroup["tags"] = {}) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Who or what else decides about it, or would be lost with it and not come back. */
export function logGroupManager({ group, tags, subscribed = [] }: FoundLogGroup) {
  const by = managedBy(tagList(tags));
  if (by) return by;
  if (subscribed.length) return `its subscription ${subscribed.join(", ")}, which waits for events`;
  if (group.metricFilterCount) return "its metric filters, which alarms may go by";
  if (group.deletionProtectionEnabled) return "its protection from deletion";
  if (group.dataProtectionStatus === "ACTIVATED") return "its policy of data protection";
  return undefined;
}
