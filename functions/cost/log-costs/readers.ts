/** What is known to read a log group. */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { describeAccountPolicies } from "../../../aws/logs/account-policy.ts";
import { describeSubscriptionFilters } from "../../../aws/logs/empty.ts";
import { describeQueries } from "../../../aws/logs/query.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { orUnread } from "../../../sdk/unread.ts";

export const readsOfReaders = [
  describeAccountPolicies,
  describeSubscriptionFilters,
  describeQueries,
] as const;
type Read = Reader<typeof readsOfReaders>;

/** Who reads it, as far as CloudWatch Logs says. */
export type Readers =
  | {
      readonly subscriptions: number;
      /** That of the whole account, by its name. */
      readonly account?: string;
      readonly metrics: number;
      readonly lastQuery?: Date;
    }
  | { readonly unreadable: string };

/** What the account subscribes to in all of its groups, and in which it does not. */
export interface AccountSubscription {
  readonly name: string;
  readonly except: ReadonlySet<string>;
}

/** `LogGroupName NOT IN ["a", "b"]`, the one form that there is. */
const exceptions = (criteria: string): ReadonlySet<string> =>
  new Set([...criteria.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name));

/** @returns nothing where the account has none */
export async function accountSubscription(read: Read): Promise<AccountSubscription | undefined> {
  const answer = await read(describeAccountPolicies({ policyType: "SUBSCRIPTION_FILTER_POLICY" }));
  const [policy] = answer.accountPolicies ?? [];
  if (!policy) return undefined;
  const { policyName: name = "without a name", selectionCriteria = "" } = policy;
  return { name, except: exceptions(selectionCriteria) };
}

/** Groups of other classes cannot be subscribed to. */
function accountReader(
  { logGroupName = "", logGroupClass = "STANDARD" }: LogGroup,
  subscription: AccountSubscription | undefined,
): { readonly account?: string } {
  if (!subscription || logGroupClass !== "STANDARD") return {};
  return subscription.except.has(logGroupName) ? {} : { account: subscription.name };
}

/**
 * @param subscription the account's
 * @returns nothing where the group is gone by now
 */
export async function readersOf(
  group: LogGroup,
  subscription: AccountSubscription | undefined,
  read: Read,
): Promise<Readers | undefined> {
  const { logGroupName, metricFilterCount: metrics = 0 } = group;
  const asked = { logGroupName };
  const filters = await orUnread(read(describeSubscriptionFilters(asked)));
  if (filters && "unreadable" in filters) return filters;
  const queries = await orUnread(read(describeQueries(asked)));
  if (queries && "unreadable" in queries) return queries;
  if (!filters || !queries) return undefined;
  const subscriptions = filters.subscriptionFilters?.length ?? 0;
  const times = (queries.queries ?? []).flatMap(({ createTime }) => createTime ?? []);
  const known = { subscriptions, metrics, ...accountReader(group, subscription) };
  if (!times.length) return known;
  const last = times.reduce((latest, time) => Math.max(latest, time), 0);
  // Milliseconds, or seconds as some answers have them.
  return { ...known, lastQuery: new Date(last < 1e11 ? last * 1000 : last) };
}

/** Whether nothing of what can be seen reads it. */
export const isUnread = (readers: Readers): boolean =>
  !("unreadable" in readers) &&
  !readers.subscriptions &&
  readers.account === undefined &&
  !readers.metrics &&
  readers.lastQuery === undefined;

/** What of a group needs the standard class. */
export const needsStandard = (readers: Readers): boolean =>
  "unreadable" in readers ||
  readers.subscriptions > 0 ||
  readers.account !== undefined ||
  readers.metrics > 0;

export function readersInWords(readers: Readers): string {
  if ("unreadable" in readers) return "not known";
  const { subscriptions, account, metrics, lastQuery } = readers;
  const known = [
    ...(subscriptions
      ? [subscriptions === 1 ? "a subscription" : `${subscriptions} subscriptions`]
      : []),
    ...(account === undefined ? [] : [`the account's subscription ${account}`]),
    ...(metrics ? [metrics === 1 ? "a metric filter" : `${metrics} metric filters`] : []),
    ...(lastQuery ? [`a query on ${lastQuery.toISOString().slice(0, 10)}`] : []),
  ];
  return known.join(", ") || "nobody that is seen";
}
