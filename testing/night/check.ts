/**
 * Whether the night went as seeded: by the account's own state, asked independently, and by what
 * the runs say of each thing.
 */

import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { count } from "../../sdk/counted.ts";
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
export function nightDifferences(evidence: Evidence): string[] {
  const byPlace = sayings(evidence.runs);
  const things = evidence.things.map((thing) => judged(thing, byPlace, evidence));
  const known = new Set(things.flatMap(({ places }) => places));
  return [
    ...things.flatMap(({ wrong }) => wrong),
    ...untouched(evidence, known),
    ...unseeded(byPlace, known),
    ...evidence.runs
      .filter(({ outcome }) => outcome === "failed")
      .map(({ id, error }) => `${id} failed${error ? `: ${error}` : ""}`),
    ...wronglyTold(evidence),
    ...wrongIncidents(evidence),
    ...wronglyCounted(evidence),
  ];
}

type Sayings = ReadonlyMap<string, readonly ActionResult[]>;

/** What is wrong with one thing, and the places that it explains. */
interface Judged {
  readonly wrong: readonly string[];
  readonly places: readonly string[];
}

const isToChange = ({ expected }: Thing): boolean =>
  expected === "changed" || expected === "taken back" || expected === "approved";

function judged(thing: Thing, byPlace: Sayings, evidence: Evidence): Judged {
  const place = placeOf(thing.region, thing.id);
  const actions = byPlace.get(`${thing.unit} ${place}`) ?? [];
  const texts = [
    stateText(thing, evidence),
    outcomeText(thing, actions),
    ...doneTexts(thing, actions),
  ];
  const places = [place];
  if (thing.expected === "taken back") {
    const restored = restoredAs(thing, evidence);
    if (restored) places.push(placeOf(thing.region, restored));
    texts.push(...takenBackTexts(thing, restored, byPlace, evidence));
  }
  const name = `${thing.name} (${thing.id} in ${thing.region}, ${thing.unit})`;
  return { places, wrong: texts.flatMap((text) => (text ? [`${name} ${text}`] : [])) };
}

function stateText(thing: Thing, { before, after }: Evidence): string | undefined {
  const place = placeOf(thing.region, thing.id);
  const was = before.get(place) ?? gone;
  const is = after.get(place) ?? gone;
  const should = isToChange(thing) ? (thing.after ?? gone) : was;
  if (is === should) return undefined;
  if (is === was) return `should have been changed and was not: it still "${was}"`;
  return `should "${should}" and "${is}"`;
}

function outcomeText(thing: Thing, actions: readonly ActionResult[]): string | undefined {
  const kinds = [...new Set(actions.map(said))];
  if (kinds.join() === wanted(thing).join()) return undefined;
  const text = (names: readonly string[]) => names.join(", then ") || "proposed by nobody";
  return `should be ${text(wanted(thing))}, and is ${text(kinds)}${whyOf(actions)}`;
}

function doneTexts(thing: Thing, actions: readonly ActionResult[]): string[] {
  if (!isToChange(thing)) return [];
  const done = actions.filter(({ outcome }) => outcome !== "waiting");
  const texts = done
    .filter(({ verified }) => verified !== true)
    .map(() => "was changed, but not seen to be right after it");
  return done.length > 1 ? [`was changed ${done.length} times`, ...texts] : texts;
}

function takenBackTexts(
  thing: Thing,
  restored: string | undefined,
  byPlace: Sayings,
  { undo }: Evidence,
): string[] {
  if (!restored) return ["was taken back, but nothing in its place is as it was"];
  const texts: string[] = [];
  const since = (byPlace.get(`${thing.unit} ${placeOf(thing.region, restored)}`) ?? [])
    .map(said)
    .join(", then ");
  if (since !== "held by own-echo, then held by hold")
    texts.push(
      `was taken back as ${restored} and should be held by own-echo, then by hold; it is ${since || "proposed by nobody"}`,
    );
  const became = undo?.actions.map(said).join(", ") ?? "nobody could ask for it";
  if (!undo?.actions.some(({ outcome, verified }) => outcome === "applied" && verified))
    texts.push(`was not taken back: ${became}`);
  return texts;
}

function untouched({ before, after }: Evidence, known: ReadonlySet<string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((place) => !known.has(place) && before.get(place) !== after.get(place))
    .map((place) => {
      const [was, is] = [before.get(place) ?? gone, after.get(place) ?? gone];
      return `${place} was not to be touched: it "${was}" and now "${is}"`;
    });
}

const unseeded = (byPlace: Sayings, known: ReadonlySet<string>): string[] =>
  [...byPlace]
    .filter(([key]) => !known.has(key.slice(key.indexOf(" ") + 1)))
    .map(
      ([key, actions]) =>
        `${key} was not seeded, and is ${actions.map(said).join(", then ")}${whyOf(actions)}`,
    );

function wronglyTold({ heard, messages }: Evidence): string[] {
  const came = Map.groupBy(heard, ({ id }) => id);
  const notOnce = messages.filter(({ id }) => came.get(id)?.length !== 1);
  const announced = (text: string) =>
    messages.filter((message) => announces(message, text)).length === 1;
  return [
    ...notOnce.map(
      ({ id, title }) =>
        `"${title}" came through the topic ${count(came.get(id)?.length ?? 0, "time")}`,
    ),
    ...told.filter((text) => !announced(text)).map((text) => `"${text}" should be told once`),
  ];
}

function wrongIncidents({ incidents }: Evidence): string[] {
  if (!incidents) return [];
  return ended.flatMap(([name, state, happened]) => {
    const incident = incidents.find(({ title }) => title.startsWith(name));
    const lacking = happened.filter(
      (what) => !incident?.timeline.some((entry) => entry.what === what),
    );
    if (incident?.state !== state)
      return [
        `the incident of ${name} should be ${state} and is ${incident?.state ?? "not there"}`,
      ];
    if (lacking.length)
      return [`the incident of ${name} should have been ${lacking.join(" and ")}`];
    if (incident.count === 1) return [];
    return [`the incident of ${name} came once and counts ${incident.count}`];
  });
}

function wronglyCounted({ repeated, foreign }: Evidence): string[] {
  const wrong: string[] = [];
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
