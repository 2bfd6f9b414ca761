/**
 * Whether the deployment stands as it was deployed: schedules and rules enabled, functions not
 * throttled, nothing in the failure queue.
 */
import { getMetricData } from "../../../aws/cloudwatch/metric.ts";
import { listRules } from "../../../aws/events/rule.ts";
import { listEventSourceMappings } from "../../../aws/lambda/event-source-mapping.ts";
import { listSchedules } from "../../../aws/scheduler/schedule.ts";
import { getQueueAttributes, getQueueUrl } from "../../../aws/sqs/queue.ts";
import type { Clients } from "../../../engine/run/clients.ts";
import { reader } from "../../../engine/run/reader.ts";
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import { before, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { Names } from "../../../settings/names.ts";
import type { ParsedSettings } from "../../../settings/settings.ts";

/** All that the watchdog reads of AWS: its role may nothing else there. */
export const watchReads = {
  home: [listSchedules, getMetricData, listEventSourceMappings],
  everywhere: [listRules, getQueueUrl, getQueueAttributes],
} as const;
const all = [...watchReads.home, ...watchReads.everywhere] as const;
export type Look = (region: string) => Reader<typeof all>;

/** @param clients of the watchdog's own role */
export const lookingWith =
  (clients: Clients): Look =>
  (region) =>
    reader(all, clients, region);

/** Throttling is looked for so far back: a little more than from one look to the next. */
const throttledWithin = minutes(20);

/** In the home region; all schedules are there. */
export async function schedules(
  look: Look,
  home: string,
  names: Names,
): Promise<WatchdogFinding[]> {
  const found: WatchdogFinding[] = [];
  for await (const { Name = "?", State } of look(home)(
    listSchedules({ GroupName: names.scheduleGroup }),
  ))
    if (State !== "ENABLED")
      found.push({
        key: `schedule ${Name}`,
        title: `The schedule ${Name} is disabled: what it should start does not start`,
        severity: "critical",
        affected: [Name],
        facts: {
          state: State ?? "unknown",
          "what now": `enable the schedule ${names.scheduleGroup}/${Name}, or deploy again; find out who disabled it`,
        },
      });
  return found;
}

/** Our rules on one bus of one region. */
async function rulesOf(
  look: Look,
  region: string,
  bus: string,
  prefix?: string,
): Promise<WatchdogFinding[]> {
  const found: WatchdogFinding[] = [];
  let token: string | undefined;
  do {
    const page = await look(region)(
      listRules({
        EventBusName: bus,
        ...(prefix && { NamePrefix: prefix }),
        ...(token && { NextToken: token }),
      }),
    );
    for (const { Name = "?", State, Description } of page?.Rules ?? [])
      if (State === "DISABLED")
        found.push({
          key: `rule ${region} ${bus} ${Name}`,
          title: `The rule ${Name} in ${region} is disabled: its events reach nobody`,
          severity: "critical",
          affected: [Name],
          facts: {
            bus,
            ...(Description && { "what it is for": Description }),
            "what now": "enable it, or deploy again; find out who disabled it",
          },
        });
    token = page?.NextToken;
  } while (token);
  return found;
}

/** On the home bus, and those on the default buses that send to it. */
export async function disabledRules(
  look: Look,
  { home, regions }: Pick<ParsedSettings, "home" | "regions">,
  names: Names,
): Promise<WatchdogFinding[]> {
  const everywhere = [...new Set([home, ...regions])];
  const found = await Promise.all([
    rulesOf(look, home, names.bus),
    ...everywhere.map((region) => rulesOf(look, region, "default", names.rules)),
  ]);
  return found.flat();
}

/** @param functions names of ours; one query each, 500 a call */
export async function throttled(
  look: Look,
  home: string,
  functions: readonly string[],
  now: Date,
): Promise<WatchdogFinding[]> {
  const MetricDataQueries = functions.map((name, at) => ({
    Id: `f${at}`,
    MetricStat: {
      Metric: {
        Namespace: "AWS/Lambda",
        MetricName: "Throttles",
        Dimensions: [{ Name: "FunctionName", Value: name }],
      },
      Period: 300,
      Stat: "Sum",
    },
  }));
  const counts = new Map<string, number>();
  for await (const { Id = "", Values = [] } of look(home)(
    getMetricData({ StartTime: before(now, throttledWithin), EndTime: now, MetricDataQueries }),
  ))
    counts.set(Id, (counts.get(Id) ?? 0) + Values.reduce((sum, value) => sum + value, 0));
  return functions.flatMap((name, at): WatchdogFinding[] => {
    const count = counts.get(`f${at}`) ?? 0;
    if (!count) return [];
    return [
      {
        key: `throttled ${name}`,
        title: `${name} was throttled ${count} times within ${throttledWithin.seconds / 60} minutes`,
        severity: "warning",
        affected: [name],
        facts: {
          "so what": "Lambda tries again for hours; what it gives up goes to the failure queue",
          "what now":
            "the account's concurrency is used up, or this function's reserved share is: raise it, or find what else runs",
        },
      },
    ];
  });
}

/** What was given up, in each region. */
export async function deadLetters(
  look: Look,
  regions: readonly string[],
  names: Names,
): Promise<WatchdogFinding[]> {
  const each = await Promise.all(
    regions.map(async (region): Promise<WatchdogFinding[]> => {
      const read = look(region);
      const queue = await read(getQueueUrl({ QueueName: names.failures }));
      if (!queue?.QueueUrl)
        return [
          {
            key: `failures ${region}`,
            title: `The failure queue in ${region} is gone: what cannot be done there is lost`,
            severity: "critical",
            facts: { queue: names.failures, "what now": "deploy again; find out who deleted it" },
          },
        ];
      const { Attributes } = await read(
        getQueueAttributes({
          QueueUrl: queue.QueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        }),
      );
      const count =
        Number(Attributes?.ApproximateNumberOfMessages ?? 0) +
        Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0);
      if (!count) return [];
      return [
        {
          key: `dead letters ${region}`,
          title: `${count} ${count === 1 ? "thing that Nightshift should have done was" : "things that Nightshift should have done were"} given up in ${region}`,
          severity: "critical",
          facts: {
            queue: names.failures,
            "so what": "they wait there for 14 days, and are lost then",
            "what now":
              "`npx nightshift redrive --dry` says what and why; mend the cause, then `npx nightshift redrive`",
          },
        },
      ];
    }),
  );
  return each.flat();
}
