/** What is known to read a log group. */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { describeSubscriptionFilters } from "../../../aws/logs/empty.ts";
import { describeQueries } from "../../../aws/logs/query.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { orUnread } from "../../../sdk/unread.ts";

export const readsOfReaders = [describeSubscriptionFilters, describeQueries] as const;

/** Who reads it, as far as CloudWatch Logs says. */
export type Readers =
  | { readonly subscriptions: number; readonly metrics: number; readonly lastQuery?: Date }
  | { readonly unreadable: string };

/** @returns nothing where the group is gone by now */
export async function readersOf(
  { logGroupName, metricFilterCount: metrics = 0 }: LogGroup,
  read: Reader<typeof readsOfReaders>,
): Promise<Readers | undefined> {
  const asked = { logGroupName };
  const filters = await orUnread(read(describeSubscriptionFilters(asked)));
  if (filters && "unreadable" in filters) return filters;
  const queries = await orUnread(read(describeQueries(asked)));
  if (queries && "unreadable" in queries) return queries;
  if (!filters || !queries) return undefined;
  const subscriptions = filters.subscriptionFilters?.length ?? 0;
  const times = (queries.queries ?? []).flatMap(({ createTime }) => createTime ?? []);
  if (!times.length) return { subscriptions, metrics };
  const last = times.reduce((latest, time) => Math.max(latest, time), 0);
  // Milliseconds, or seconds as some answers have them.
  return { subscriptions, metrics, lastQuery: new Date(last < 1e11 ? last * 1000 : last) };
}

/** Whether nothing of what can be seen reads it. */
export const isUnread = (readers: Readers): boolean =>
  !("unreadable" in readers) &&
  !readers.subscriptions &&
  !readers.metrics &&
  readers.lastQuery === undefined;

/** What of a group needs the standard class. */
export const needsStandard = (readers: Readers): boolean =>
  "unreadable" in readers || readers.subscriptions > 0 || readers.metrics > 0;

export function readersInWords(readers: Readers): string {
  if ("unreadable" in readers) return "not known";
  const { subscriptions, metrics, lastQuery } = readers;
  const known = [
    ...(subscriptions
      ? [subscriptions === 1 ? "a subscription" : `${subscriptions} subscriptions`]
      : []),
    ...(metrics ? [metrics === 1 ? "a metric filter" : `${metrics} metric filters`] : []),
    ...(lastQuery ? [`a query on ${lastQuery.toISOString().slice(0, 10)}`] : []),
  ];
  return known.join(", ") || "nobody that is seen";
}
