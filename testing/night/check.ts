/**
 * Whether the night went as seeded: by the account's own state, asked independently, and by what
 * the runs say of each thing.
 */

import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import type { Heard } from "../seed/inbox.ts";
import { placeOf, type Snapshot, type Thing } from "../seed/thing.ts";
import type { NightIncident } from "./feature.ts";
import { composite, single } from "./on-call.ts";

export interface Evidence {
  readonly things: readonly Thing[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly runs: readonly RunResult[];
  readonly undo: RunResult | undefined;
  /** What was told, and what came through the topic. */
  readonly messages: readonly Outgoing[];
  readonly heard: readonly Heard[];
  /** Nothing where none are kept. */
  readonly incidents: readonly NightIncident[] | undefined;
  /** Deliveries that repeated a run, and events that were not ours. */
  readonly repeated: number;
  readonly foreign: number;
}

const said = ({ outcome, held }: Pick<ActionResult, "outcome" | "held">): string =>
  held ? `held by ${held.by}` : outcome;
const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? "" : "s"}`;
const gone = "gone";

/** What each unit says of each target, in order. */
function sayings(runs: readonly RunResult[]): Map<string, ActionResult[]> {
  const all = runs.flatMap(({ automation, region, actions }) =>
    actions.map((action) => [`${automation} ${placeOf(region, action.target)}`, action] as const),
  );
  return new Map(
    [...Map.groupBy(all, ([key]) => key)].map(([key, entries]) => [
      key,
      entries.map(([, action]) => action),
    ]),
  );
}

function wanted({ expected }: Thing): string[] {
  if (expected === "untouched") return [];
  if (expected === "changed" || expected === "taken back") return ["applied"];
  if (expected === "approved") return ["waiting", "applied"];
  return [typeof expected === "string" ? "waiting" : `held by ${expected.heldBy}`];
}

/**
 * What came back after an undo may have a new id: it is what is there now as the other was before.
 */
export const restoredAs = (
  { region, id }: Thing,
  { before, after }: Pick<Evidence, "before" | "after">,
): string | undefined =>
  [...after]
    .find(
      ([place, state]) =>
        place.startsWith(`${region} `) &&
        !before.has(place) &&
        state === before.get(placeOf(region, id)),
    )?.[0]
    .split(" ")[1];

/** @returns what differs, one sentence each; nothing: all went as seeded */
export function differences(evidence: Evidence): string[] {
  const { things, before, after, runs, undo, messages, incidents, heard, repeated, foreign } =
    evidence;
  const wrong: string[] = [];
  const tell = (thing: Thing, text: string) =>
    void wrong.push(`${thing.name} (${thing.id} in ${thing.region}, ${thing.unit}) ${text}`);
  const said_ = sayings(runs);
  const known = new Set<string>();

  for (const thing of things) {
    const place = placeOf(thing.region, thing.id);
    const was = before.get(place) ?? gone;
    const is = after.get(place) ?? gone;
    known.add(place);
    const changes =
      thing.expected === "changed" ||
      thing.expected === "taken back" ||
      thing.expected === "approved";
    const should = changes ? (thing.after ?? gone) : was;
    if (is !== should)
      tell(
        thing,
        is === was
          ? `should have been changed and was not: it still "${was}"`
          : `should "${should}" and "${is}"`,
      );

    const actions = said_.get(`${thing.unit} ${place}`) ?? [];
    const kinds = [...new Set(actions.map(said))];
    if (kinds.join() !== wanted(thing).join())
      tell(
        thing,
        `should be ${wanted(thing).join(", then ") || "proposed by nobody"}, and is ${kinds.join(", then ") || "proposed by nobody"}${whyOf(actions)}`,
      );
    const done = actions.filter(({ outcome }) => outcome !== "waiting");
    if (changes && done.length > 1) tell(thing, `was changed ${done.length} times`);
    for (const { verified } of done)
      if (changes && verified !== true)
        tell(thing, "was changed, but not seen to be right after it");

    if (thing.expected !== "taken back") continue;
    const restored = restoredAs(thing, evidence);
    if (!restored) {
      tell(thing, "was taken back, but nothing in its place is as it was");
      continue;
    }
    known.add(placeOf(thing.region, restored));
    const since = (said_.get(`${thing.unit} ${placeOf(thing.region, restored)}`) ?? [])
      .map(said)
      .join(", then ");
    if (since !== "held by own-echo, then held by hold")
      tell(
        thing,
        `was taken back as ${restored} and should be held by own-echo, then by hold; it is ${since || "proposed by nobody"}`,
      );
    if (!undo?.actions.some(({ outcome, verified }) => outcome === "applied" && verified))
      tell(
        thing,
        `was not taken back: ${undo?.actions.map(said).join(", ") ?? "nobody could ask for it"}`,
      );
  }

  for (const place of new Set([...before.keys(), ...after.keys()]))
    if (!known.has(place) && before.get(place) !== after.get(place))
      wrong.push(
        `${place} was not to be touched: it "${before.get(place) ?? gone}" and now "${after.get(place) ?? gone}"`,
      );
  for (const [key, actions] of said_)
    if (!known.has(key.slice(key.indexOf(" ") + 1)))
      wrong.push(
        `${key} was not seeded, and is ${actions.map(said).join(", then ")}${whyOf(actions)}`,
      );
  for (const { id, outcome, error } of runs)
    if (outcome === "failed") wrong.push(`${id} failed${error ? `: ${error}` : ""}`);

  const came = Map.groupBy(heard, ({ id }) => id);
  for (const { id, title } of messages)
    if (came.get(id)?.length !== 1)
      wrong.push(`"${title}" came through the topic ${count(came.get(id)?.length ?? 0, "time")}`);
  for (const one of told)
    if (messages.filter((message) => announces(message, one)).length !== 1)
      wrong.push(`"${one}" should be told once`);
  for (const [name, state, happened] of incidents ? ended : []) {
    const one = incidents?.find(({ title }) => title.startsWith(name));
    const lacking = happened.filter((what) => !one?.timeline.some((entry) => entry.what === what));
    if (one?.state !== state)
      wrong.push(`the incident of ${name} should be ${state} and is ${one?.state ?? "not there"}`);
    else if (lacking.length)
      wrong.push(`the incident of ${name} should have been ${lacking.join(" and ")}`);
    else if (one.count !== 1)
      wrong.push(`the incident of ${name} came once and counts ${one.count}`);
  }
  if (repeated !== twice)
    wrong.push(
      `${count(twice, "repeated event")} should have found a finished run, and ${repeated} did`,
    );
  if (foreign !== notOurs)
    wrong.push(
      `${count(notOurs, "event")} that are not ours should have been counted, and ${foreign} were`,
    );
  return wrong;
}

/** Tells of it for the first time: what becomes of an incident later names it again. */
function announces(message: Outgoing, text: string): boolean {
  const { title, facts = {} } = message;
  const news = newsIn(message);
  if (news && news.why !== "opened") return false;
  return [title, ...Object.values(facts), ...(news?.incidents ?? []).map((one) => one.title)].some(
    (said) => said.includes(text),
  );
}

/** What becomes of incidents, and what must have happened to them. */
const ended: readonly (readonly [
  name: string,
  state: NightIncident["state"],
  happened: readonly string[],
])[] = [
  [single, "resolved", ["opened", "escalated", "resolved", "told"]],
  [composite, "acknowledged", ["opened", "acknowledged", "told"]],
  ["AWS has an issue with EC2", "open", ["opened", "told"]],
];

const whyOf = (actions: readonly ActionResult[]): string => {
  const why = actions.map(({ error, held }) => error ?? held?.why).find(Boolean);
  return why ? ` (${why})` : "";
};

/** Three events start a run, and are delivered twice. */
const twice = 3;
const notOurs = 2;
/** Each once, however often and in however many shapes it came. */
const told = [
  "does not exempt it from a security automation",
  "ServerCpuTooHigh is in ALARM: CPUUtilization",
  "ServiceAggregatedAlarm",
  "AWS has an issue with EC2",
  "Order Failed",
  "AWS cost",
  "was denied",
  "The last 24 hours",
];
