/** What is told of a week. */
import { count } from "../../../sdk/counted.ts";
import type { Cell, Message } from "../../../sdk/message.ts";
import { dollars } from "../../../sdk/money.ts";
import type { PastDays, PastFailure, PastPlan, PastUnit } from "../../../sdk/past.ts";
import { cut } from "../../../sdk/plain.ts";
import { savingText } from "../../../sdk/saving.ts";
import { matterFacts } from "./matters.ts";
import { daysInWords, type ReviewedDays } from "./week.ts";

export interface Reviewed {
  readonly week: ReviewedDays;
  readonly past: PastDays;
}

/** More of one error is in the history. */
const longestError = 200;

const sum = (units: readonly PastUnit[], of: (unit: PastUnit) => number): number =>
  units.reduce((total, unit) => total + of(unit), 0);

const didAnything = (unit: PastUnit): boolean =>
  unit.changed +
    unit.failed +
    unit.failedRuns +
    unit.takenBack +
    unit.undoFailed +
    unit.underWay +
    unit.held >
  0;

const isQuiet = ({ units, open, waiting, wrong, begun, unreadable }: PastDays): boolean =>
  !units.some(didAnything) &&
  open.length + waiting.length + wrong.length + begun.length + unreadable.length === 0;

const atUtc = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

const ranText = (units: readonly PastUnit[]): string => {
  const ran = units.filter(({ runs }) => runs > 0);
  return `${count(ran.length, "unit")} ran ${count(
    sum(ran, ({ runs }) => runs),
    "time",
  )} in all`;
};

/** The first of them, and how many more there are. */
function firstOf<T>(all: readonly T[], names: number, inWords: (one: T) => string): string {
  const rest = all.length - names;
  const shown = all.slice(0, names).map(inWords).join("; ");
  return rest > 0 ? `${shown}; and ${rest} more` : shown;
}

function failureInWords({ unit, region, target, name, at, error }: PastFailure): string {
  const named = name === undefined ? "" : ` "${name}"`;
  const what = target === undefined ? "" : ` on ${target}${named}`;
  return `${unit}${what} in ${region}, ${atUtc(at)}: ${cut(error, longestError)}`;
}

const planInWords = ({ unit, region, changes, expires, id }: PastPlan): string =>
  `${unit} in ${region}: ${count(changes, "change")} until ${atUtc(expires)}, npx nightshift history ${id}`;

/** What was saved in these days, and what stands at their end. Nothing where nothing was. */
function savedInWords(units: readonly PastUnit[]): string | undefined {
  const saved = sum(units, (unit) => unit.saved);
  const saves = savingText({
    known: sum(units, (unit) => unit.saves.known),
    unpriced: sum(units, (unit) => unit.saves.unpriced),
  });
  if (saves === undefined && saved <= 0) return undefined;
  const stands = saves === undefined ? "nothing of it stands at their end" : `what stands ${saves}`;
  return `${dollars(saved)} within these days by what was changed in them, for as long as it stood; ${stands}. By the prices that each change named, not by the bill; what was changed before is not in it`;
}

/** `saves price unknown` is no sentence. */
const withoutVerb = (text: string): string =>
  text.replace("what stands price unknown", "of what stands the price is unknown");

function titleOf({ week, past }: Reviewed): string {
  const { units, open, waiting, wrong } = past;
  const changed = sum(units, (unit) => unit.changed);
  const undone = sum(units, (unit) => unit.takenBack);
  const saved = sum(units, (unit) => unit.saved);
  const parts = [
    changed ? `${count(changed, "change")} made` : "nothing was changed",
    ...(undone ? [`${undone} taken back`] : []),
    ...(saved >= 0.005 ? [`${dollars(saved)} saved`] : []),
    ...(open.length ? [`${count(open.length, "failure is", "failures are")} still open`] : []),
    ...(waiting.length ? [`${count(waiting.length, "plan waits", "plans wait")} for you`] : []),
    ...(wrong.length
      ? [`${count(wrong.length, "thing is", "things are")} wrong with Nightshift itself`]
      : []),
  ];
  return `The ${daysInWords(week)}: ${parts.join(", ")}`;
}

function facts({ week, past }: Reviewed, names: number): Record<string, string> {
  const { units, open, waiting, wrong, begun, unreadable } = past;
  const all: Record<string, string> = {};
  const hours = (week.until.getTime() - week.since.getTime()) / 3_600_000;
  all["these days"] =
    `${atUtc(week.since)} to ${atUtc(week.until)}, ${hours} hours, whole days in ${week.timeZone}; ${ranText(units)}`;
  const saved = savedInWords(units);
  if (saved !== undefined) all.saved = withoutVerb(saved);
  if (waiting.length) all["waits for a decision"] = firstOf(waiting, names, planInWords);
  if (open.length) all["failed and still open"] = firstOf(open, names, failureInWords);
  Object.assign(all, matterFacts(units));
  if (wrong.length) all["wrong with Nightshift"] = firstOf(wrong, names, (title) => title);
  if (begun.length) all["new units"] = firstOf(begun, names, (unit) => unit);
  if (unreadable.length)
    all["not counted"] =
      `${count(unreadable.length, "record")} of the ledger that cannot be read: ${firstOf(unreadable, names, (why) => cut(why, longestError))}`;
  all["not known"] =
    "what was changed in the settings: the ledger does not record it; what others did; what the bill shows";
  return all;
}

const columns = [
  "unit",
  "runs",
  "changed",
  "failed",
  "taken back",
  "under way",
  "held at last look",
  "saved, USD",
];

const rowOf = (unit: PastUnit): readonly Cell[] => [
  unit.unit,
  unit.runs,
  unit.changed,
  unit.failed + unit.failedRuns + unit.undoFailed,
  unit.takenBack,
  unit.underWay,
  unit.held,
  savedCell(unit),
];

/** A price that nobody knows is no 0. */
function savedCell({ saved, saves }: PastUnit): Cell {
  if (saved > 0 || !saves.unpriced) return Math.round(saved * 100) / 100;
  return "unknown";
}

const isWorse = (a: PastUnit, b: PastUnit): number =>
  b.failed + b.failedRuns - (a.failed + a.failedRuns) ||
  b.changed - a.changed ||
  (a.unit < b.unit ? -1 : 1);

function tableOf(units: readonly PastUnit[]): Message["table"] {
  const shown = units.filter(didAnything).sort(isWorse);
  if (!shown.length) return undefined;
  const total = (of: (unit: PastUnit) => number) => sum(units, of);
  return {
    columns,
    rows: shown.map(rowOf),
    total: [
      "all",
      total((unit) => unit.runs),
      total((unit) => unit.changed),
      total((unit) => unit.failed + unit.failedRuns + unit.undoFailed),
      total((unit) => unit.takenBack),
      total((unit) => unit.underWay),
      total((unit) => unit.held),
      Math.round(total((unit) => unit.saved) * 100) / 100,
    ],
  };
}

/** Of more than one there is something to compare. */
function chartOf(units: readonly PastUnit[]): Message["chart"] {
  const bars = units
    .filter(({ changed }) => changed > 0)
    .sort((a, b) => b.changed - a.changed || (a.unit < b.unit ? -1 : 1))
    .map(({ unit, changed }) => [unit, changed] as const);
  return bars.length > 1 ? { title: "Changes by unit", bars } : undefined;
}

/** In two lines: what is not in them was not. */
function quietMessage({ week, past }: Reviewed): Message {
  const ran = past.units.some(({ runs }) => runs > 0);
  if (ran)
    return {
      title: `A quiet ${daysInWords(week)}: nothing was changed, failed or taken back, and nothing waits`,
      severity: "info",
      facts: { ran: ranText(past.units) },
    };
  return {
    title: `Nothing ran in the ${daysInWords(week)}`,
    severity: "warning",
    facts: {
      "what to do":
        "npx nightshift doctor says whether schedules are deployed; a quiet week has runs that found nothing",
    },
  };
}

/**
 * @param names so many are named of what failed, and of what waits
 * @returns nothing of a week in which no unit was there yet
 */
export function toldOfWeek(reviewed: Reviewed, names: number): Message | undefined {
  const { units, open, waiting, wrong, unreadable } = reviewed.past;
  if (isQuiet(reviewed.past)) return units.length ? quietMessage(reviewed) : undefined;
  const bad = open.length + wrong.length + unreadable.length > 0;
  const [chart, table] = [chartOf(units), tableOf(units)];
  return {
    title: titleOf(reviewed),
    severity: bad || waiting.length ? "warning" : "info",
    facts: facts(reviewed, names),
    ...(chart && { chart }),
    ...(table && { table }),
  };
}
