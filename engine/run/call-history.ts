/**
 * Compares recorded actions with what CloudTrail saw of them. The ledger is written by the role that
 * made the call; CloudTrail's history is written by AWS, and nobody can put a call into it that was
 * not made.
 */

import {
  CloudTrailClient,
  type LookupEventsCommandInput,
  paginateLookupEvents,
} from "@aws-sdk/client-cloudtrail";
import type { ActionRecord } from "../../ledger/actions.ts";
import { askedOf } from "../../sdk/elsewhere.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { type Fields, fieldsOf, isFields } from "../../sdk/fields.ts";
import { leavesOf, type NamedText } from "../../sdk/leaves.ts";
import { globalRegion } from "../../sdk/signals/console-link.ts";
import { after, before, days, minutes, type Span, seconds } from "../../sdk/time.ts";
import { arnsOf } from "../../settings/arns.ts";
import { isWithoutRegions } from "../../settings/statements.ts";
import type { Workplace } from "./attempt.ts";
import { namesTarget } from "./believed.ts";

/**
 * - `confirmed`: CloudTrail has the call, by the unit's role, as it is recorded
 * - `unknown`: it cannot say; a person must
 * - `refused`: it can say, and has no such call, or another
 */
export interface CallComparison {
  readonly is: "confirmed" | "unknown" | "refused";
  readonly why: string;
  /** CloudTrail's id of the call. */
  readonly event?: string;
  /** There was no time to ask: a later invocation may know. */
  readonly late?: true;
}

/** Who asks CloudTrail, and for which unit. */
export type Comparing = Pick<Workplace, "unit" | "host">;

/** How long after its intent a call may be sent: a run's time, and what waits for others in it. */
const sentWithin = minutes(20);
const skew = minutes(2);
/** How long CloudTrail may take to show a call. */
const lag = minutes(15);
/** CloudTrail keeps 90. */
const keptFor = days(89);
/** What a page of CloudTrail holds at most. */
const eventsPerPage = 50;
/** Two requests a second are allowed, to all who ask in the account. */
const pause = seconds(0.6);
/** What is looked up together lies this close. */
const gap = minutes(30);
/** Beyond so many events of one name nobody knows. */
const mostEvents = 100 * eventsPerPage;
/** What undo itself needs of its time. */
const reserve = minutes(4);

/** @returns what CloudTrail says of each action, by its id */
export async function compareWithHistory(
  records: readonly ActionRecord[],
  comparing: Comparing,
): Promise<ReadonlyMap<string, CallComparison>> {
  const found = new Map<string, CallComparison>();
  const now = comparing.host.clock.now();
  const recent: ActionRecord[] = [];
  for (const record of records) {
    const unsaid = ofSeveral(record, comparing) ?? tooOld(record, now);
    if (unsaid) found.set(record.id, unsaid);
    else recent.push(record);
  }
  for (const together of lookedUpTogether(recent))
    for (const [id, comparison] of await compareTogether(together, comparing))
      found.set(id, comparison);
  return found;
}

/** What CloudTrail cannot confirm as one: it tells of each request alone, by its own name. */
function ofSeveral(
  { call: { operation } }: ActionRecord,
  { unit }: Comparing,
): CallComparison | undefined {
  const { parts = [] } = unit.writes.find((write) => write.operation === operation) ?? {};
  const isFlow = operation.startsWith("flow:");
  if (!isFlow && parts.length < 2) return undefined;
  const kind = isFlow ? "a flow" : "a step";
  return {
    is: "unknown",
    why: `it is ${kind}, of several calls, and CloudTrail tells of each of them alone`,
  };
}

function tooOld({ at }: ActionRecord, now: Date): CallComparison | undefined {
  if (at >= before(now, keptFor)) return undefined;
  const day = at.toISOString().slice(0, 10);
  return { is: "unknown", why: `it was made on ${day}, and CloudTrail keeps 90 days` };
}

/** One look-up serves all calls of one operation that were made at about the same time. */
function lookedUpTogether(records: readonly ActionRecord[]): ActionRecord[][] {
  const groups = Map.groupBy(
    records,
    ({ region, call }) => `${askedOf(call).region ?? region} ${call.operation}`,
  );
  return [...groups.values()].flatMap((group) => {
    const parts: ActionRecord[][] = [];
    for (const record of group.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
      const last = parts.at(-1)?.at(-1);
      if (last && record.at <= after(last.at, gap)) parts.at(-1)?.push(record);
      else parts.push([record]);
    }
    return parts;
  });
}

/** What was read of a time: which calls of a name there were, and whether those are all. */
interface Looked {
  readonly calls: readonly SeenCall[];
  /** Why there may be others. */
  readonly partial?: string;
  /** That there was no time is why. */
  readonly late?: true;
}

async function compareTogether(
  records: readonly ActionRecord[],
  comparing: Comparing,
): Promise<ReadonlyMap<string, CallComparison>> {
  const found = new Map<string, CallComparison>();
  let looked: Looked;
  try {
    looked = await lookUp(records, comparing);
  } catch (error) {
    looked = { calls: [], partial: `CloudTrail cannot be read: ${inOneLine(error)}` };
  }
  let silent: Promise<boolean> | undefined;
  const isSilent = () => (silent ??= showsNothing(records, comparing));
  for (const wanted of records.map((record) => wantedCall(record, comparing))) {
    const seen = comparisonWith(wanted, looked.calls);
    found.set(wanted.record.id, seen ?? (await notSeen(wanted, looked, comparing, isSilent)));
  }
  return found;
}

/** A recorded call, as it is looked for. */
interface Wanted {
  readonly record: ActionRecord;
  readonly role: string;
  readonly asked: readonly NamedText[];
  /** What of it names the target or its container. */
  readonly naming: readonly string[];
}

function wantedCall(record: ActionRecord, comparing: Comparing): Wanted {
  const { target, within, call } = record;
  const asked = leavesOf(askedOf(call).input);
  const naming = asked.flatMap(({ text }) => (text === target || text === within ? [text] : []));
  return { record, role: roleOf(record, comparing), asked, naming };
}

async function notSeen(
  { record, role }: Wanted,
  { partial, late }: Looked,
  { host }: Comparing,
  isSilent: () => Promise<boolean>,
): Promise<CallComparison> {
  if (partial !== undefined) return { is: "unknown", why: partial, ...(late && { late }) };
  const { at, call } = record;
  const young = after(after(at, sentWithin), lag) > host.clock.now();
  if (young)
    return {
      is: "unknown",
      why: `CloudTrail does not show it yet: it is recorded for ${at.toISOString()}, and CloudTrail may take ${inMinutes(lag)} minutes after a call`,
    };
  if (await isSilent())
    return { is: "unknown", why: "CloudTrail shows nothing at all of that time, of anybody" };
  return {
    is: "refused",
    why: `CloudTrail has no ${call.operation} of ${role} about it at that time: somebody has written down what was never done`,
  };
}

const inMinutes = ({ seconds: length }: Span): number => length / 60;

/** The role that the unit makes its calls with, under the id that it had. */
const roleOf = ({ unit, account }: ActionRecord, { host }: Comparing): string =>
  arnsOf(host.settings, { account }).role(unit);

/** Where a unit's calls are told: those of a service without regions in one. */
function historyIn({ region, call }: ActionRecord, { unit }: Comparing): string {
  const { region: elsewhere } = askedOf(call);
  if (elsewhere) return elsewhere;
  const isGlobal = unit.scope === "global" || isWithoutRegions(call.operation);
  return isGlobal ? globalRegion(region) : region;
}

const windowOf = (records: readonly ActionRecord[]) => {
  const times = records.map(({ at }) => at.getTime());
  return {
    StartTime: before(new Date(Math.min(...times)), skew),
    EndTime: after(new Date(Math.max(...times)), sentWithin),
  };
};

/** The management events of the last 90 days, newest first; also where there is no trail. */
async function* events(
  { host }: Comparing,
  region: string,
  request: LookupEventsCommandInput,
): AsyncIterable<{ readonly CloudTrailEvent?: string | undefined }> {
  const client = host.own.get(CloudTrailClient, region) as CloudTrailClient;
  for await (const { Events = [] } of paginateLookupEvents(
    { client, pageSize: eventsPerPage },
    request,
  ))
    yield* Events;
}

/** Reads the calls of one name, newest first, until all are found that are looked for. */
async function lookUp(records: readonly ActionRecord[], comparing: Comparing): Promise<Looked> {
  const [first] = records;
  if (!first) return { calls: [] };
  const { host } = comparing;
  const region = historyIn(first, comparing);
  const operation = first.call.operation.split(":").at(-1) ?? "";
  const request = {
    ...windowOf(records),
    LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue: operation }],
  };
  const calls: SeenCall[] = [];
  let left = records.map((record) => wantedCall(record, comparing));
  let number = 0;
  for await (const { CloudTrailEvent } of events(comparing, region, request)) {
    number += 1;
    const call = seenCall(CloudTrailEvent);
    if (call && call.name === operation) {
      calls.push(call);
      left = left.filter((wanted) => comparisonWith(wanted, [call])?.is !== "confirmed");
    }
    if (!left.length) break;
    if (number >= mostEvents)
      return {
        calls,
        partial: `of the calls ${operation} at that time, CloudTrail has too many to be read`,
      };
    if (number % eventsPerPage) continue;
    if (after(host.clock.now(), reserve) > host.deadline)
      return { calls, partial: "there was no time to read more of CloudTrail", late: true };
    await host.clock.sleep(pause);
  }
  return { calls };
}

/** Whether the history has nothing of that time: then that it has not this call says nothing. */
async function showsNothing(
  records: readonly ActionRecord[],
  comparing: Comparing,
): Promise<boolean> {
  const [first] = records;
  if (!first) return true;
  const region = historyIn(first, comparing);
  try {
    for await (const _ of events(comparing, region, windowOf(records))) return false;
    return true;
  } catch {
    return true;
  }
}

/** What CloudTrail tells of a call that was made, and took effect. */
interface SeenCall {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly account: string;
  readonly at: string;
  readonly asked: readonly NamedText[];
  /** All texts in that. */
  readonly texts: ReadonlySet<string>;
  /** Whether some of what was asked is left out or hidden. */
  readonly hides: boolean;
  readonly answer: unknown;
}

/** Of a time as CloudTrail writes it: `2026-11-21 02:00:05 UTC`. */
const inUtc = (at: string): string => at.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");

const hidden = /^(\*{3,}|HIDDEN_DUE_TO_SECURITY_REASONS)$/;

function seenCall(text: string | undefined): SeenCall | undefined {
  let event: Fields;
  try {
    event = fieldsOf(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
  if (event.errorCode !== undefined) return undefined;
  const context = fieldsOf(fieldsOf(event.userIdentity).sessionContext);
  const asked = leavesOf(event.requestParameters);
  return {
    id: String(event.eventID ?? ""),
    name: String(event.eventName ?? ""),
    role: String(fieldsOf(context.sessionIssuer).arn ?? ""),
    account: String(event.recipientAccountId ?? ""),
    at: String(event.eventTime ?? ""),
    asked,
    texts: new Set(asked.map(({ text: value }) => value)),
    hides: asked.some(({ name, text: value }) => name === "omitted" || hidden.test(value)),
    answer: event.responseElements,
  };
}

/** What the calls say of an action; nothing where none of them is about it. */
function comparisonWith(wanted: Wanted, calls: readonly SeenCall[]): CallComparison | undefined {
  const { record, role, naming } = wanted;
  let other: CallComparison | undefined;
  for (const call of calls) {
    if (call.role !== role || call.account !== record.account) continue;
    if (!naming.every((text) => call.texts.has(text))) continue;
    const difference = differenceTo(wanted, call);
    if (!difference) return agreed(record, call);
    other ??= difference;
  }
  return other;
}

function agreed(record: ActionRecord, { id, at }: SeenCall): CallComparison {
  if (namesTarget(record))
    return { is: "confirmed", why: `CloudTrail has it, at ${inUtc(at)}`, event: id };
  return {
    is: "unknown",
    why: `CloudTrail has such a call at ${inUtc(at)}, but what is recorded of it does not name ${record.target}: it may have been about another`,
  };
}

/** `SecurityGroupRuleIds` and `securityGroupRuleId` are one. */
const plainName = (name: string): string => name.toLowerCase().replace(/(?<=[a-z])(s|set)$/, "");

/** What CloudTrail says otherwise than the record; nothing where they agree. */
function differenceTo({ record, asked }: Wanted, seen: SeenCall): CallComparison | undefined {
  const missing = asked.filter(({ text }) => !seen.texts.has(text));
  const contradicted = missing.filter(({ name }) =>
    seen.asked.some((leaf) => plainName(leaf.name) === plainName(name) && !hidden.test(leaf.text)),
  );
  const [first] = contradicted;
  if (first) {
    const said = seen.asked.find(({ name }) => plainName(name) === plainName(first.name));
    return other(`${first.name} was ${said?.text}, and ${first.text} is recorded`);
  }
  const [unsaid] = missing;
  if (unsaid && !seen.hides)
    return other(`${unsaid.name} ${unsaid.text} is recorded, and was not asked for`);
  if (unsaid)
    return {
      is: "unknown",
      why: `CloudTrail does not show ${unsaid.name} of the call at ${seen.at}`,
    };
  return answeredOtherwise(record, seen);
}

const other = (why: string): CallComparison => ({
  is: "refused",
  why: `CloudTrail has another call than is recorded: ${why}`,
});

/**
 * What AWS answered: ids of what it made must be those that are recorded, and of what a call took
 * away it may tell what that was.
 */
function answeredOtherwise(record: ActionRecord, { answer }: SeenCall): CallComparison | undefined {
  const { output, target, before: state, after: left } = record;
  const answered = leavesOf(answer);
  if (!answered.length) return undefined;
  const texts = new Set(answered.map(({ text }) => text));
  const names = new Set(answered.map(({ name }) => plainName(name)));
  const unmade = leavesOf(output).find(
    ({ name, text }) =>
      names.has(plainName(name)) && /ids?$|arns?$/i.test(name) && !texts.has(text),
  );
  if (unmade) return other(`AWS answered another ${unmade.name} than ${unmade.text}`);
  if (left !== undefined) return undefined;
  const told = partAbout(answer, target);
  if (!told) return undefined;
  const was = new Map(leavesOf(told).map(({ name, text }) => [plainName(name), text]));
  const wrong = leavesOf(state).find(({ name, text }) => {
    const said = was.get(plainName(name));
    return said !== undefined && said !== text;
  });
  if (!wrong) return undefined;
  return other(
    `its ${wrong.name} was ${was.get(plainName(wrong.name))}, and ${wrong.text} is recorded`,
  );
}

/** The innermost object that names a target in a field of its own. */
function partAbout(value: unknown, target: string): Fields | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const part = partAbout(item, target);
      if (part) return part;
    }
    return undefined;
  }
  if (!isFields(value)) return undefined;
  if (Object.values(value).includes(target)) return value;
  return partAbout(Object.values(value), target);
}
