/**
 * Whether a record of the ledger holds together, before undo believes it: the unit wrote it, and
 * whoever has the unit's role can write another (rule: ledger-no-deputy).
 */

import type { ActionRecord } from "../../ledger/actions.ts";
import { actionId, runOf, unitOf } from "../../ledger/ids.ts";
import { same } from "../../sdk/codec.ts";
import { leavesOf, type NamedText } from "../../sdk/leaves.ts";
import { after, minutes } from "../../sdk/time.ts";
import { regionsOf } from "../../settings/every-region.ts";
import type { Workplace } from "./attempt.ts";
import { coveredBy } from "./planned-change.ts";
import type { WayOfUndo } from "./way-back.ts";

/** Clocks differ. */
const skew = minutes(5);

/** Where undo looks at a record, and when. */
export type RecordJudging = Pick<Workplace, "unit" | "host">;

/** @returns why the record cannot be what a run has written, or nothing */
export function contradictionIn(record: ActionRecord, judging: RecordJudging): string | undefined {
  return notOurs(record, judging) ?? notItself(record) ?? notAbout(record);
}

function notOurs(
  { unit: by, account, region, run, at }: ActionRecord,
  { unit, host }: RecordJudging,
): string | undefined {
  const { settings, account: own, clock } = host;
  if (account !== own) return `it is recorded for account ${account}, and this is ${own}`;
  if (unit.scope !== "global" && !regionsOf(unit, settings).includes(region))
    return `it is recorded for the region ${region}, which the settings do not name`;
  if (by !== unitOf(run)) return `it is recorded for ${by}, in a run of ${unitOf(run)}`;
  if (at > after(clock.now(), skew))
    return `it is recorded for ${at.toISOString()}, which is to come`;
  return undefined;
}

function notItself(record: ActionRecord): string | undefined {
  const { id, run, target, call, digest, before } = record;
  const covered = coveredBy(target, call);
  if (digest !== covered || id !== actionId(run, covered) || run !== runOf(id))
    return "its id is not that of the call and the target that it names";
  if (!same(before, record.after)) return undefined;
  return record.verified === null
    ? "what became of it was never seen"
    : "the target was the same before and after it";
}

function notAbout(record: ActionRecord): string | undefined {
  const about = aboutOf(record);
  const ids = leavesOf(record.call.input).filter(namesResource);
  if (!ids.length || ids.some(({ text }) => about.has(text))) return undefined;
  return `its call names ${listed(ids)}, and its target is ${record.target}`;
}

/** Names of fields that say which resource is meant. */
const naming = /(^|[a-z])(ids?|arns?|names?|identifiers?)$/i;
const alsoNaming = new Set(["bucket", "cluster", "service", "queueurl", "topicarn"]);
const looksLikeId = /^(arn:[\w-]+:|[a-z]{1,12}-[0-9a-f]{8,17}$)/;
/** What people write, whatever it looks like. */
const freely = new Set(["key", "value", "description", "reason"]);

const namesResource = ({ name, text }: NamedText): boolean => {
  const field = name.toLowerCase();
  if (freely.has(field)) return false;
  return naming.test(name) || alsoNaming.has(field) || looksLikeId.test(text);
};

/**
 * The texts that name target and container: themselves, what follows the kind that they begin with,
 * and what an ARN or a path of them ends in.
 */
function aboutOf({ target, within }: Pick<ActionRecord, "target" | "within">): ReadonlySet<string> {
  const whole = within === null ? [target] : [target, within];
  const named = whole.map((id) => id.slice(id.indexOf(":") + 1));
  const pieces = whole.flatMap((id) => id.split(/[:/]/).filter(Boolean));
  return new Set([...whole, ...named, ...pieces]);
}

/**
 * Whether the recorded call says itself which target it is about: one that names its container
 * alone, or nothing, is any call of that name.
 */
export function namesTarget({ target, within, call }: ActionRecord): boolean {
  const about = aboutOf({ target, within: null });
  return leavesOf(call.input).some(
    (leaf) => namesResource(leaf) && leaf.text !== within && about.has(leaf.text),
  );
}

const listed = (ids: readonly NamedText[]): string =>
  [...new Set(ids.map(({ text }) => text))].slice(0, 3).join(", ");

/**
 * Whether the calls are about the recorded target, its container, or what the recorded answer made,
 * and about nothing else.
 * @returns why they are not, or nothing
 */
export function strayIn(record: ActionRecord, { calls, computed }: WayOfUndo): string | undefined {
  for (const { call } of calls) {
    const stray = strayOf(record, call.input, computed);
    if (stray) return `its way back is ${call.operation} ${stray}`;
  }
  return undefined;
}

function strayOf(record: ActionRecord, input: object, computed: boolean): string | undefined {
  const leaves = leavesOf(input);
  const about = new Set([...aboutOf(record), ...madeBy(record)]);
  const ids = leaves.filter((leaf) => leaf.top && namesResource(leaf));
  const others = ids.filter(({ text }) => !about.has(text));
  const isAbout = others.length < ids.length;
  if (ids.length && !isAbout) return `on ${listed(others)}, and its target is ${record.target}`;
  // What today's code puts beside the target is as good as that code.
  if (computed) return undefined;
  if (!isAbout || others.length) return `on ${listed(others) || "nothing"} beside its target`;
  const known = new Set([...about, ...textsIn(record.before), ...textsIn(record.call.input)]);
  const unknown = leaves.filter(({ text }) => !known.has(text) && !switches.has(text));
  if (!unknown.length) return undefined;
  return `with ${listed(unknown)}, which it was not before: give the unit a \`restore\`, that says how a state is put back`;
}

const switches = new Set(["true", "false"]);

/** What AWS answered to the call, as far as it is kept: ids of what it made. */
export const madeBy = ({ output }: ActionRecord): readonly string[] => textsIn(output);

/** All texts of a value, names of fields included: a tag's key is one. */
function textsIn(value: unknown): readonly string[] {
  return leavesOf(value).flatMap(({ name, text }) => [name, text]);
}
