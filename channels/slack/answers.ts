/**
 * What `/nightshift …` answers, from the ledger and the settings alone: nothing is asked of AWS,
 * nothing is changed.
 */

import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import { type Decision, decisionOn } from "../../ledger/decisions.ts";
import { heartbeatOf } from "../../ledger/heartbeats.ts";
import type { Writer } from "../../ledger/keys.ts";
import {
  type PlanInShort,
  planById,
  planInShort,
  type StoredPlan,
  type WaitingPlans,
  waitingInShort,
} from "../../ledger/plans.ts";
import { type RunLine, runsOf } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { story } from "../../ledger/story.ts";
import type { OnCallAnswers } from "../../messages/feature-at-run.ts";
import { partText } from "../../messages/render/part-text.ts";
import { timeText } from "../../messages/render/text.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { savingText } from "../../sdk/saving.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { code, harmlessText } from "../mrkdwn.ts";
import { type Block, context, fittingBlocks, header, section } from "./blocks.ts";
import type { UnitsShown } from "./exempt-until.ts";
import { planButtons } from "./render.ts";
import { type Rendered, shortDollars } from "./rendered.ts";
import { called, who } from "./who.ts";

/** What answers need beside the ledger. */
export interface SlashQuestion {
  /** What the kill switch holds; rejects where it cannot be read. */
  killSwitch(): Promise<string>;
  /** Nothing where nobody is on call, whatever the settings say. */
  onCall(): Promise<OnCallAnswers | undefined>;
}

export interface AnswerHost {
  readonly settings: ParsedSettings;
  readonly units: UnitsShown;
  readonly store: Store;
  readonly account: string;
  readonly now: Date;
  readonly asked: SlashQuestion;
  /** Whether the person who asks may decide: only then there are buttons. */
  readonly decides: boolean;
}

const decidedText = ({ verdict, by, at }: Decision, timeZone: string): string => {
  const what = verdict === "approve" ? "✅ Approved" : "❌ Denied";
  return `${what} by ${who(by)}, ${timeText(at, timeZone)}.`;
};
const waitingText = ({ expires, why }: StoredPlan, { now, settings }: AnswerHost): string => {
  const when = timeText(expires, settings.timeZone);
  if (expires <= now) return `It expired, ${when}. A later run may propose it again.`;
  return `⏳ It waits until ${when}, because ${harmlessText(why, 300)}.`;
};
function actionLine(action: ActionRecord, timeZone: string): string {
  const { at, unit, target, outcome, because, by, held, error } = action;
  return [
    `• ${timeText(at, timeZone)} *${harmlessText(unit, 80)}* ${code(target)}`,
    `: ${outcome}, because ${harmlessText(because, 200)}`,
    ...(by ? [`, by ${who(by)}`] : []),
    ...(held ? [`; held by ${harmlessText(held.by, 40)}: ${harmlessText(held.why, 200)}`] : []),
    ...(error ? [`; ${harmlessText(error, 200)}`] : []),
  ].join("");
}

const writers: readonly Writer[] = ["unit", "undo"];
const most = 10;

const reply = (title: string, blocks: readonly Block[]): Rendered => ({
  text: harmlessText(title, 300),
  blocks: fittingBlocks(
    [{ block: header(title), must: true }, ...blocks.map((block) => ({ block }))],
    context([`There is more than an answer here holds: ${code("npx nightshift history")}`]),
  ),
});

const help = (asked: string): Rendered =>
  reply(asked ? `There is no "${asked.slice(0, 40)}"` : "What Nightshift answers here", [
    section([
      `${code("/nightshift status")} what ran, what waits for you, what is open`,
      `${code("/nightshift list")} all automations, reports and signals with their mode`,
      `${code("/nightshift plan")} all plans that wait; with an id, that one with its buttons`,
      `${code("/nightshift history")} the last runs; with the id of a resource, what was done to it`,
      `${code("/nightshift oncall")} who is on call now and next`,
    ]),
  ]);

/** @param text what stands behind `/nightshift` */
export async function slackAnswer(text: string, host: AnswerHost): Promise<Rendered> {
  const [verb = "", ...rest] = text.trim().split(/\s+/);
  const argument = rest.join(" ");
  switch (verb.toLowerCase()) {
    case "status":
      return status(host);
    case "list":
      return list(host);
    case "plan":
    case "plans":
      return argument ? one(argument, host) : plans(host);
    case "history":
      return argument ? ofTarget(argument, host) : history(host);
    case "oncall":
    case "on-call":
      return onCall(host);
    default:
      return help(verb);
  }
}

const places = ({ units, settings: { home, regions }, account }: AnswerHost) =>
  Object.keys(units).flatMap((unit) =>
    [...new Set([home, ...regions])].map((region) => ({ unit, account, region })),
  );

type Waits = WaitingPlans<PlanInShort>;

async function waiting({ units, store, now }: AnswerHost): Promise<Waits> {
  const each = await Promise.all(
    Object.keys(units).map((unit) => waitingInShort(store, unit, now)),
  );
  const all = each.flatMap(({ plans }) => plans);
  const open = await Promise.all(
    all.map(async (plan) => ((await decisionOn(store, plan.id)) ? [] : [plan])),
  );
  return {
    plans: open.flat().toSorted((a, b) => a.expires.getTime() - b.expires.getTime()),
    unreadable: each.flatMap(({ unreadable }) => unreadable),
  };
}
const unreadableLines = ({ unreadable }: Waits): string[] =>
  unreadable.slice(0, most).map((why) => `⚠️ ${harmlessText(why, 300)}`);
function savedText({ saves }: PlanInShort): string {
  const text = savingText(saves, { verb: "", amount: shortDollars });
  return text === undefined ? "" : `, ${text}`;
}
const planLine = (plan: PlanInShort, timeZone: string): string =>
  `• ${code(plan.id)}: ${count(plan.changes, "change")} in ${harmlessText(plan.region, 40)}${plan.part ? `, ${partText(plan.part)}` : ""}${savedText(plan)}, until ${timeText(plan.expires, timeZone)}`;

async function status(host: AnswerHost): Promise<Rendered> {
  const { store, settings, asked } = host;
  const [beats, waits, incidents, stop] = await Promise.all([
    Promise.all(
      places(host).map(async (place) => ({ ...place, beat: await heartbeatOf(store, place) })),
    ),
    waiting(host),
    asked.onCall().then((answers) => answers?.open(most)),
    asked.killSwitch().then(
      (value) =>
        value.trim() === "run" ? "Changes are allowed." : `⚠️ The kill switch says ${code(value)}.`,
      (error: unknown) =>
        `⚠️ The kill switch cannot be read, so nothing is changed: ${harmlessText(inOneLine(error), 200)}`,
    ),
  ]);
  const lines = beats
    .flatMap(({ unit, region, beat }) => (beat ? [{ unit, region, beat }] : []))
    .toSorted(
      (a, b) =>
        Number(b.beat.outcome === "failed") - Number(a.beat.outcome === "failed") ||
        b.beat.at.getTime() - a.beat.at.getTime(),
    )
    .map(
      ({ unit, region, beat }) =>
        `• ${beat.outcome === "failed" ? "🔴 " : ""}*${harmlessText(unit, 80)}* in ${harmlessText(region, 40)}: ${beat.outcome}, looked at ${beat.found}, ${timeText(beat.at, settings.timeZone)}`,
    );
  const silent = Object.keys(host.units).filter(
    (unit) => !beats.some((one) => one.unit === unit && one.beat),
  ).length;
  const open = waits.plans;
  return reply("How Nightshift stands", [
    section([stop]),
    section([
      `*Waiting for a decision (${open.length})*`,
      ...open.slice(0, most).map((plan) => planLine(plan, settings.timeZone)),
      ...(open.length > most ? [`and ${open.length - most} more`] : []),
      ...unreadableLines(waits),
    ]),
    ...(incidents ? [openSection(incidents, settings.timeZone)] : []),
    section([
      "*Last runs*",
      ...(lines.length > 0 ? lines : ["None yet."]),
      ...(silent > 0
        ? [`${count(silent, "unit has", "units have")} no run yet, or run on events alone.`]
        : []),
    ]),
  ]);
}

function list({ units }: AnswerHost): Rendered {
  const families = Map.groupBy(Object.entries(units), ([, { family }]) => family);
  return reply(
    `${count(Object.keys(units).length, "unit")}`,
    [...families].map(([family, some]) =>
      section([
        `*${harmlessText(family, 80)}*`,
        ...some.map(([id, { mode }]) => `• ${code(id)} ${family === "signals" ? "" : mode}`),
      ]),
    ),
  );
}

async function plans(host: AnswerHost): Promise<Rendered> {
  const waits = await waiting(host);
  const open = waits.plans;
  const unreadable = unreadableLines(waits);
  return open.length === 0
    ? reply("No plan waits for a decision", unreadable.length ? [section(unreadable)] : [])
    : reply(`${count(open.length, "plan waits", "plans wait")} for a decision`, [
        section([
          ...open.slice(0, 20).map((plan) => planLine(plan, host.settings.timeZone)),
          ...unreadable,
          `${code("/nightshift plan ID")} shows one with its buttons.`,
        ]),
      ]);
}

async function one(id: string, host: AnswerHost): Promise<Rendered> {
  const plan = id.length <= 300 ? await planById(host.store, id) : undefined;
  if (!plan)
    return reply("There is no such plan", [
      section([
        `${code(id, 200)} is none that Nightshift knows; ${code("/nightshift plan")} lists those that wait.`,
      ]),
    ]);
  const { timeZone } = host.settings;
  const decision = await decisionOn(host.store, plan.id);
  const never = plan.proposals.filter(({ undo }) => "irreversible" in undo).length;
  const state = decision ? decidedText(decision, timeZone) : waitingText(plan, host);
  const elements = planButtons({ plan: plan.id, hash: plan.hash }, plan.proposals.length, never);
  const pressable =
    !decision && plan.expires > host.now && host.decides
      ? elements
      : elements.filter(({ action_id }) => action_id === "targets");
  return reply(
    `${plan.unit} in ${plan.region}: ${count(plan.proposals.length, "proposed change")}`,
    [
      { ...section([state]), block_id: "state" } as Block,
      section([
        `*Worst first*${savedText(planInShort(plan))}${never > 0 ? `, ⚠️ ${never} cannot be taken back` : ""}`,
        ...plan.proposals
          .toSorted((a, b) => Number("irreversible" in b.undo) - Number("irreversible" in a.undo))
          .slice(0, most)
          .map(
            ({ target, because, call }) =>
              `• ${code(target)}: ${harmlessText(because, 300)} (${harmlessText(call.operation, 80)})`,
          ),
        ...(plan.proposals.length > most ? [`and ${plan.proposals.length - most} more`] : []),
      ]),
      ...(pressable.length > 0
        ? [{ type: "actions" as const, block_id: "actions", elements: pressable }]
        : []),
    ],
  );
}

async function history({ units, store, settings }: AnswerHost): Promise<Rendered> {
  const each = await Promise.all(
    Object.keys(units).flatMap((unit) =>
      writers.map(async (writer) =>
        (await Array.fromAsync(runsOf(store, writer, unit, most))).map((line) => ({
          ...line,
          what: writer === "undo" ? "undo" : "run",
        })),
      ),
    ),
  );
  const lines = each.flat().toSorted((a, b) => b.at.getTime() - a.at.getTime());
  return reply(lines.length > 0 ? "The last runs" : "Nothing was done yet", [
    ...(lines.length > 0
      ? [
          section(
            lines
              .slice(0, 15)
              .map(
                (line) =>
                  `• ${timeText(line.at, settings.timeZone)} ${code(line.run)} (${line.what}, ${harmlessText(line.region, 40)}): ${lineNumbers(line)}`,
              ),
          ),
        ]
      : []),
  ]);
}

/** What came of a run; what there was none of is not said. */
function lineNumbers(line: RunLine): string {
  const { outcome, died, ends, found, applied, begun = 0, held, waiting: waits, failed } = line;
  const parts: readonly (readonly [number: number, words: string])[] = [
    [applied, "changed"],
    [begun, "begun"],
    [held, "held"],
    [waits, "waiting"],
    [failed, "failed"],
  ];
  const numbers = parts.flatMap(([number, words]) => (number ? [`${number} ${words}`] : []));
  if (ends) return `what was begun has ended: ${numbers.join(", ")}`;
  return [died ? "died" : outcome, `${found} looked at`, ...numbers].join(", ");
}

async function ofTarget(target: string, host: AnswerHost): Promise<Rendered> {
  const { store, settings } = host;
  const short = target.slice(0, 300);
  const each = await Promise.all(
    places(host).flatMap((place) =>
      writers.map((writer) => Array.fromAsync(story(store, writer, { ...place, target: short }))),
    ),
  );
  const actions = [...new Map(each.flat().map((action) => [action.id, action])).values()].toSorted(
    (a, b) => b.at.getTime() - a.at.getTime(),
  );
  if (actions.length === 0) {
    // It may be a run's id instead.
    const unit = short.split(".", 1)[0] ?? "";
    const ofRun = Object.hasOwn(host.units, unit)
      ? await actionsOf(store, "unit", unit, short)
      : [];
    if (ofRun.length > 0) actions.push(...ofRun);
  }
  return reply(actions.length > 0 ? `What was done: ${short}` : "Nothing was done to it", [
    actions.length > 0
      ? section(actions.slice(0, 15).map((action) => actionLine(action, settings.timeZone)))
      : section([
          `Nothing is recorded of ${code(short, 200)}. It is named as a run prints it: a rule's id, not its group's.`,
        ]),
  ]);
}

function openSection(
  { shown, more }: Awaited<ReturnType<OnCallAnswers["open"]>>,
  timeZone: string,
): Block {
  const lines = shown.map(
    ({ title, state, openedAt, id }) =>
      `• ${harmlessText(title, 200)} (${state}, since ${timeText(openedAt, timeZone)}, ${code(id)})`,
  );
  const rest = more > 0 ? [`and ${more} more`] : [];
  return section([`*Open incidents (${shown.length + more})*`, ...lines, ...rest]);
}

async function onCall({ now, settings, asked }: AnswerHost): Promise<Rendered> {
  const member = (person: string): string | undefined => settings.people[person]?.slack;
  const rotations = (await asked.onCall())?.rotations(now) ?? [];
  const lines = rotations.map(({ name, timeZone, person, insteadOf, until, next }) => {
    const standIn = insteadOf === undefined ? "" : ` (instead of ${called(insteadOf, undefined)})`;
    return `• *${harmlessText(name, 80)}*: ${called(person, member)}${standIn} until ${timeText(until, timeZone)}, then ${called(next, member)}`;
  });
  return lines.length === 0
    ? reply("Nobody is on call by name", [
        section(["The settings name no rotation: what happens is told through the routes alone."]),
      ])
    : reply("Who is on call", [section(lines)]);
}
