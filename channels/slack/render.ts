/**
 * A message as Block Kit: what happened, to what, worst first, what it saves, the way back, and
 * buttons for what a person can do about it. Whatever others wrote is shown and never obeyed; what
 * is made here fits Slack's limits by construction.
 */
import { undoneId } from "../../ledger/ids.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import type { ActionResult, RunResult, WayBackShown } from "../../ledger/result.ts";
import { runbookPage } from "../../messages/links.ts";
import { isUntrusted, newsIn, type Outgoing, runIn } from "../../messages/outgoing.ts";
import { chartText } from "../../messages/render/chart-text.ts";
import { partText } from "../../messages/render/part-text.ts";
import { tableLines } from "../../messages/render/table.ts";
import { timeText } from "../../messages/render/text.ts";
import { count } from "../../sdk/counted.ts";
import type { Table } from "../../sdk/message.ts";
import { type Saving, savingOf, toKnowPrices } from "../../sdk/saving.ts";
import { code, harmlessText, preformatted } from "../mrkdwn.ts";
import {
  type Block,
  button,
  confirm,
  context,
  fieldSections,
  fittingBlocks,
  header,
  limits,
  markdown,
  section,
} from "./blocks.ts";
import { incidentState, incidentsBlock, newsButtons } from "./render-incident.ts";
import { inParts, type Rendered, type SlackOptions, shortDollars, signs } from "./rendered.ts";
import { acts, type KeepValue, keeps, type PlanValue, type RunValue } from "./value.ts";
import { who } from "./who.ts";

/** Of one kind, so many are listed; the rest is counted. */
const listed = 10;

const final = (undo: WayBackShown): string | undefined =>
  "irreversible" in undo ? undo.irreversible : undefined;

/** What cannot be taken back first, then what saves most. */
const worst = (a: ActionResult, b: ActionResult): number =>
  Number(final(b.undo) !== undefined) - Number(final(a.undo) !== undefined) ||
  (b.savesPerMonth ?? 0) - (a.savesPerMonth ?? 0);

function saved({ savesPerMonth, unpriced }: ActionResult): string {
  if (unpriced) return ", price unknown";
  return savesPerMonth ? `, saves ${shortDollars(savesPerMonth)} a month` : "";
}
/** Of several together. */
function savedTogether(actions: readonly ActionResult[]): string {
  const { known, unpriced } = savingOf(actions);
  if (!known) return unpriced ? ", price unknown" : "";
  const least = unpriced ? `, ${unpriced} without a known price` : "";
  return `, together ${unpriced ? "at least " : ""}${shortDollars(known)} a month${least}`;
}
const mark = (action: ActionResult): string =>
  `${final(action.undo) === undefined ? "" : " ⚠️ cannot be taken back"}${action.outcome === "applied" && action.verified === null ? " (not seen yet)" : ""}`;

/** By its id, and by what people call it. */
const namedTarget = ({ target, name }: ActionResult): string =>
  name === undefined ? code(target) : `${code(target)} ${harmlessText(name, 120)}`;

/** Actions that say the same of different targets are one line with their targets below. */
function kinds(
  actions: readonly ActionResult[],
  about: (action: ActionResult) => string,
): string[] {
  const groups = [...Map.groupBy(actions.toSorted(worst), about)];
  return groups.flatMap(([says, same]) => {
    const [first] = same;
    if (!first) return [];
    if (same.length === 1)
      return [
        `• ${namedTarget(first)}: ${harmlessText(says, 500)}${harmlessText(saved(first))}${mark(first)}`,
      ];
    const shown = same.slice(0, listed).map((action) => `${namedTarget(action)}${mark(action)}`);
    const rest = same.length - shown.length;
    return [
      `• ${same.length} × ${harmlessText(says, 500)}${savedTogether(same)}`,
      ...shown.map((target) => `      ${target}`),
      ...(rest > 0 ? [`      and ${rest} more`] : []),
    ];
  });
}

function outcomes(run: RunResult): Block[] {
  const of = (...wanted: readonly ActionResult["outcome"][]) =>
    run.actions.filter(({ outcome }) => wanted.includes(outcome));
  const [failed, waiting, done, begun, already] = [
    of("failed"),
    of("waiting"),
    of("applied"),
    of("begun"),
    of("already"),
  ];
  const [watched, held] = [
    of("held").filter((one) => one.held?.by === "watch"),
    of("held").filter((one) => one.held?.by !== "watch"),
  ];
  const does = ({ because, call }: ActionResult): string => `${because} (${call.operation})`;
  const numbers = numbersIn(run);
  const block = (
    [title, number]: readonly [string, number],
    actions: readonly ActionResult[],
    about = does,
  ): Block[] =>
    actions.length > 0
      ? [section([`*${title} (${number})*`, ...kinds(actions, about)], { most: 2600 })]
      : [];
  return [
    ...block(
      ["Failed", numbers.failed],
      failed,
      (action) => `${does(action)}: ${action.error ?? "no reason was given"}`,
    ),
    ...block(["Waiting for a decision", numbers.waiting], waiting),
    ...block(["Done", numbers.applied], done),
    ...block(["Begun", numbers.begun], begun),
    ...block(["Was so already", numbers.already], already),
    ...block(["It would do", numbers.watched], watched),
    ...block(
      ["Held", numbers.held],
      held,
      (action) =>
        `${does(action)}; held by ${action.held?.by ?? "a guard"}: ${action.held?.why ?? "no reason was given"}`,
    ),
  ];
}

function amountOf({ known, unpriced }: Saving): string | undefined {
  if (known <= 0) return undefined;
  return unpriced ? `at least ${shortDollars(known)}` : shortDollars(known);
}

const unknownOf = (count: number): string | undefined =>
  count ? `of ${count} ${toKnowPrices}` : undefined;

function counts(run: RunResult): (readonly [string, string])[] {
  const all = numbersIn(run);
  const { failed, waiting, applied, already, begun, watched, held } = all;
  const numbers = [
    ["Looked at", run.found],
    ["Failed", failed],
    ["Waiting", waiting],
    ["Done", applied + already],
    ["Begun", begun],
    ["Would do", watched],
    ["Held", held],
  ] as const;
  const money = [
    ["Saves a month", amountOf({ known: all.saves, unpriced: all.unpriced ?? 0 })],
    ["Would save a month", amountOf({ known: all.wouldSave, unpriced: all.wouldUnpriced ?? 0 })],
    ["Price unknown", unknownOf((all.unpriced ?? 0) + (all.wouldUnpriced ?? 0))],
  ] as const;
  return [
    ...numbers.flatMap(([name, number]) =>
      number || name === "Looked at" ? [[name, String(number)] as const] : [],
    ),
    ...money.flatMap(([name, amount]) => (amount === undefined ? [] : [[name, amount] as const])),
  ];
}

/** A command that is copied must never run anything else. */
const argument = (id: string): string => (/^[\w.:/@+=][\w.:/@#+=-]*$/.test(id) ? id : "ID");

function back(run: RunResult, kind: Outgoing["kind"], command: string): Block[] {
  if (kind === "undo") return [];
  const done = run.actions.filter(({ outcome }) => outcome === "applied" || outcome === "begun");
  const never = Map.groupBy(
    run.actions.filter(
      ({ outcome, undo }) =>
        (outcome === "applied" || outcome === "begun" || outcome === "waiting") &&
        final(undo) !== undefined,
    ),
    ({ undo }) => final(undo) ?? "",
  );
  const lines = [
    ...(done.some(({ undo }) => final(undo) === undefined)
      ? [`Press Undo, or ${code(`${command} undo ${argument(run.id)}`)}`]
      : []),
    ...[...never].map(
      ([why, actions]) =>
        `⚠️ Cannot be taken back (${count(actions.length, "target")}): ${harmlessText(why, 400)}`,
    ),
  ];
  return lines.length > 0 ? [section(["*The way back*", ...lines], { most: 1200 })] : [];
}

/** What a person can do about a run. */
function runButtons(run: RunResult, kind: Outgoing["kind"], { byHours }: SlackOptions): Block[] {
  const { waiting, final: never, ...numbers } = numbersIn(run);
  const { plan } = run;
  const decide = plan
    ? planButtons(
        { plan: plan.id, hash: plan.hash },
        plan.part?.changes ?? waiting,
        plan.part?.final ?? never,
      )
    : [];
  const undoable = kind === "run" ? numbers.undoable : 0;
  const value: RunValue = { run: run.id };
  const isByHours = kind === "run" && run.actions.length > 0 && byHours?.(run.automation);
  const elements = [
    ...decide,
    ...(undoable > 0
      ? button(acts.undo, "Undo", value, {
          confirm: confirm(
            "Take it back?",
            `${count(undoable, "change")} of this run will be put back as it was, where nobody has changed it since.`,
            "Undo",
            "danger",
          ),
        })
      : []),
    ...(isByHours ? keepButtons(run) : []),
    ...(kind === "undo" ? confirmButton(run) : []),
    ...(kind === "run" && run.actions.length > 0 ? button(acts.exempt, "Exempt…", value) : []),
  ];
  return elements.length > 0 ? [{ type: "actions", block_id: inParts.actions, elements }] : [];
}

/** What a schedule stops or has stopped is kept on with one press, and started if it must be. */
const keepButtons = ({ id }: RunResult) =>
  keeps.flatMap((hours) => {
    const value: KeepValue = { run: id, hours };
    return button(`${acts.keep}.${hours}`, `Keep on ${hours} h`, value);
  });

/** What a flow under way says before it acts is answered with one press. */
function flowButtons(message: Outgoing): Block[] {
  const flow = message.kind === "report" ? message.flow : undefined;
  if (flow === undefined) return [];
  const value: RunValue = { run: flow };
  const elements = button(acts.undo, "Keep it as it is", value, { style: "primary" });
  return [{ type: "actions", block_id: inParts.actions, elements }];
}

/** The second press: for what CloudTrail cannot say of what was done. */
function confirmButton({ id, confirm: confirms }: RunResult) {
  if (confirms === undefined) return [];
  const value: RunValue = { run: undoneId(id), confirms };
  return button(acts.undo, "It was so: take it back", value, {
    confirm: confirm(
      "Was it done as it stands here?",
      "CloudTrail cannot say so. You confirm exactly what this message shows; it is put back where nobody has changed it since.",
      "Take it back",
      "danger",
    ),
  });
}

/** Approve, Deny, and a look at all targets. */
export const planButtons = (value: PlanValue, changes: number, never: number) => [
  ...button(acts.approve, `Approve ${changes || "all"}`, value, {
    style: "primary",
    // One tap where it can be taken back.
    ...(never > 0 && {
      confirm: confirm(
        "This cannot be taken back",
        `${never} of ${count(changes, "change")} cannot be undone afterwards.`,
        "Approve",
        "danger",
      ),
    }),
  }),
  ...button(acts.deny, "Deny", value, { style: "danger" }),
  ...button(acts.targets, "All targets", value),
];

/** Only pages of AWS's own console become links: everything else is text to be read. */
export function consoleLink(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const { protocol, hostname, href, username } = new URL(link);
  const known = /(^|\.)(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$/.test(hostname);
  return protocol === "https:" &&
    known &&
    username === "" &&
    href.length <= 2000 &&
    !/[<>|\s]/.test(href)
    ? href.replaceAll("&", "&amp;")
    : undefined;
}

const state = (lines: readonly string[]): Block =>
  section(lines, { id: inParts.state, most: 1200 });

/** What a run waits for, or how it came about. */
function runState(message: Outgoing, { timeZone }: SlackOptions): Block[] {
  const run = runIn(message);
  const carries = message.kind === "run" ? message.carries : undefined;
  if (carries)
    return [
      state([
        `It carries out ${code(carries.plan)}${carries.by ? `, approved by ${who(carries.by)}` : ""}.`,
      ]),
    ];
  if (!run?.plan) return [];
  const { waiting } = numbersIn(run);
  const { part } = run.plan;
  return [
    state([
      `⏳ *${count(waiting, "change")} ${waiting === 1 ? "waits" : "wait"} for a decision* until ${timeText(run.plan.expires, timeZone)}. Nothing of it is done before.`,
      ...(part ? [`This is ${partText(part)}: ${code("/nightshift plan")} lists the others.`] : []),
    ]),
  ];
}

/** What our own sentences say of commands: `like this`. */
const sentences = new Set(["what now", "so what"]);
const isCommand = (part: string): boolean =>
  part.length > 2 && part.startsWith("`") && part.endsWith("`");
const sentence = (value: string): string =>
  value
    .slice(0, 500)
    .split(/(`[^`\n]{1,200}`)/)
    .map((part) => (isCommand(part) ? code(part.slice(1, -1)) : harmlessText(part, 900)))
    .join("");
const said = (name: string, value: string): string =>
  sentences.has(name) ? sentence(value) : harmlessText(value, 900);

/** @param pressable there are buttons for what could be done: no command stands beside them */
function factBlocks(facts: Readonly<Record<string, string>>, pressable: boolean): Block[] {
  const blocks: Block[] = [];
  let short: [name: string, value: string][] = [];
  const placeShort = () => {
    blocks.push(...fieldSections(short));
    short = [];
  };
  for (const [name, value] of Object.entries(facts)) {
    if (pressable && name === "what now") continue;
    const isLong = value.length > 60 || sentences.has(name);
    if (!isLong) short.push([name, value]);
    else {
      placeShort();
      blocks.push(section([`*${harmlessText(name, 80)}:* ${said(name, value)}`]));
    }
  }
  placeShort();
  return blocks;
}

/** Rows as far as a section holds them. */
const tableBlock = (table: Table): Block => ({
  type: "section",
  text: markdown(preformatted(tableLines(table).join("\n"))),
});

function affectedBlocks(affected: readonly string[]): Block[] {
  if (affected.length === 0) return [];
  const shown = affected.slice(0, 20);
  const rest = affected.length - shown.length;
  const lines = [
    `*Affected (${affected.length})*`,
    ...shown.map((name) => `• ${code(name)}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
  return [section(lines, { most: 2000 })];
}

/** A page is a link; what is none is named. */
function runbookFoot(message: Outgoing): readonly string[] {
  const page = runbookPage(message);
  if (page !== undefined) return [`<${page.replaceAll("&", "&amp;")}|What to do>`];
  const { runbook } = message;
  return runbook && !isUntrusted(message) ? [`Runbook: ${harmlessText(runbook, 300)}`] : [];
}

/** The whole message. */
export function asBlocks(message: Outgoing, options: SlackOptions): Rendered {
  const { title, severity, kind, facts = {}, chart, table, affected = [] } = message;
  const [run, news, untrusted] = [runIn(message), newsIn(message), isUntrusted(message)];
  const { timeZone, command = "npx nightshift" } = options;
  const over = message.closes === true || news?.why === "resolved";
  const head = `${over ? "✅" : signs[severity]} ${title}`;
  const where = [
    timeText(message.at, timeZone),
    message.account,
    message.region,
    message.unit,
    ...(run ? [`${run.mode} mode`, run.id] : []),
  ];
  const link = untrusted ? undefined : consoleLink(message.link);
  const foot = [...(link ? [`<${link}|Open in the console>`] : []), ...runbookFoot(message)];
  const optional = (blocks: readonly Block[]) => blocks.map((block) => ({ block }));
  const must = (blocks: readonly Block[]) => blocks.map((block) => ({ block, must: true }));
  const blocks = fittingBlocks(
    [
      ...must([
        { ...header(head), block_id: inParts.head } as Block,
        context([where.map((text) => harmlessText(text, 120)).join(" · ")]),
      ]),
      ...must(
        untrusted
          ? [
              context([
                "⚠️ This event did not come from AWS: anybody who may put events on your bus can have written it. Trust nothing in it that you have not checked.",
              ]),
            ]
          : [],
      ),
      ...must(news ? [incidentState(news, options)] : runState(message, options)),
      ...optional(head.length > limits.header ? [section([harmlessText(title, 1500)])] : []),
      ...optional(news ? [incidentsBlock(news, options)] : []),
      ...optional(
        run ? [...fieldSections(counts(run)), ...outcomes(run), ...back(run, kind, command)] : [],
      ),
      ...optional(factBlocks(facts, kind === "incident")),
      ...optional(affectedBlocks(affected)),
      ...optional(table ? [tableBlock(table)] : []),
      ...optional(
        chart
          ? [{ type: "section", text: markdown(preformatted(chartText(chart, timeZone), 1500)) }]
          : [],
      ),
      ...optional(foot.length > 0 ? [context(foot)] : []),
      ...must(run ? runButtons(run, kind, options) : []),
      ...must(flowButtons(message)),
      ...must(news ? newsButtons(news) : []),
    ],
    context([
      `There is more of this than a message here holds. All of it: ${code(`${command} history`)}`,
    ]),
  );
  return { text: harmlessText(`[${severity}] ${title}`, limits.text), blocks };
}
