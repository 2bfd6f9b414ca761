/**
 * A message as somebody reads it who was woken by it: what happened, to what, why, what waits for
 * them, and how to take it back.
 */

import { numbersIn } from "../../ledger/numbers.ts";
import type { ActionResult, RunResult, WayBackShown } from "../../ledger/result.ts";
import { undoWindow } from "../../ledger/undo-window.ts";
import { count } from "../../sdk/counted.ts";
import { dollars } from "../../sdk/money.ts";
import { cut, plain, unlinked } from "../../sdk/plain.ts";
import { priceUnknown } from "../../sdk/saving.ts";
import { isUntrusted, newsIn, type Outgoing, runIn } from "../outgoing.ts";
import { chartText } from "./chart-text.ts";
import { incidentLines, whyText } from "./news-text.ts";
import { partText } from "./part-text.ts";
import { tableLines } from "./table.ts";
import { timeText } from "./time-text.ts";

export { timeText };

export interface TextOptions {
  /** IANA name of the reader's time zone. */
  readonly timeZone: string;
  /** How the command line is called here. */
  readonly command?: string;
}

/** Of one kind, so many are listed; the rest is counted. */
const listed = 10;
const longestLine = 600;
/** Well below what SNS takes (256 KB), and more than anybody reads. */
const longestText = 48_000;

const line = (text: string): string => cut(plain(cut(text, longestLine)), longestLine);
/**
 * Names, tags and reasons of resources, which anybody may have written: no reader shall follow a
 * link in them.
 */
const foreign = (text: string): string => line(unlinked(text));
/** Ids are ours, but a command that is copied must never run anything else. */
const argument = (id: string): string =>
  /^[\w.:/@#+=-]+$/.test(id) && !id.startsWith("#") && !id.startsWith("-")
    ? id
    : `'${plain(id).replaceAll("'", "'\\''")}'`;
const irreversible = (undo: WayBackShown): string | undefined =>
  "irreversible" in undo ? undo.irreversible : undefined;

/** Actions that say the same of different targets are one kind. */
function kinds(
  actions: readonly ActionResult[],
  about: (action: ActionResult) => string,
): string[] {
  const groups = [...Map.groupBy(actions, about)];
  const lines = groups.slice(0, listed).flatMap(([says, same]) => {
    const shown = same
      .slice(0, listed)
      .map(
        ({ target, name, verified, outcome }) =>
          `${foreign(target)}${name === undefined ? "" : ` "${foreign(name)}"`}${outcome === "applied" && verified === null ? " (not seen yet)" : ""}`,
      );
    if (same.length === 1) return [`  - ${shown[0]}: ${foreign(says)}`];
    return [
      `  - ${same.length} x ${foreign(says)}`,
      ...shown.map((target) => `    ${target}`),
      ...more(same.length - shown.length),
    ];
  });
  return [
    ...lines,
    ...more(groups.slice(listed).reduce((total, [, same]) => total + same.length, 0)),
  ];
}
const more = (rest: number): string[] => (rest > 0 ? [`    and ${rest} more`] : []);

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

function sections(
  run: RunResult,
  kind: Outgoing["kind"],
  { timeZone, command = "npx nightshift" }: TextOptions,
): Section[] {
  const of = (...outcomes: readonly ActionResult["outcome"][]) =>
    run.actions.filter(({ outcome }) => outcomes.includes(outcome));
  const numbers = numbersIn(run);
  const section = (title: string, lines: readonly string[]): Section[] =>
    lines.length > 0 ? [{ title, lines }] : [];
  const does = (action: ActionResult): string => `${action.because} (${action.call.operation})`;
  const [failed, waiting, done, begun, already] = [
    of("failed"),
    of("waiting"),
    of("applied"),
    of("begun"),
    of("already"),
  ];
  const [watched, held] = [
    of("held").filter(({ held: by }) => by?.by === "watch"),
    of("held").filter(({ held: by }) => by?.by !== "watch"),
  ];

  const decide = run.plan
    ? [
        `  Until ${timeText(run.plan.expires, timeZone)} you can decide${run.plan.part ? ` on ${partText(run.plan.part)}` : ""}:`,
        `    ${command} approve ${argument(run.plan.id)}`,
        `    ${command} deny ${argument(run.plan.id)}`,
        ...(run.plan.part ? ["  What comes of it names the next part."] : []),
      ]
    : [];
  const final = [
    ...Map.groupBy(
      [...done, ...begun, ...waiting].filter(({ undo }) => irreversible(undo) !== undefined),
      ({ undo }) => irreversible(undo) ?? "",
    ),
  ];
  const undoable = [...done, ...begun].filter(({ undo }) => irreversible(undo) === undefined);
  const back = [
    ...(undoable.length > 0
      ? [`  ${command} undo ${argument(run.id)}`, `  ${undoWindow.sentence}`]
      : []),
    ...final.map(
      ([why, actions]) =>
        `  Cannot be taken back (${actions.length === 1 ? foreign(actions[0]?.target ?? "") : count(actions.length, "target")}): ${foreign(why)}`,
    ),
  ];

  return [
    ...section(
      `Failed (${numbers.failed})`,
      kinds(failed, (action) => `${does(action)}: ${action.error ?? "no reason was given"}`),
    ),
    ...section(`Waiting for a decision (${numbers.waiting})`, [
      ...kinds(waiting, does),
      ...(waiting.length > 0 || run.plan ? decide : []),
    ]),
    ...section(`Done (${numbers.applied})`, kinds(done, does)),
    ...section(`Begun (${numbers.begun})`, kinds(begun, does)),
    ...section(`Was so already (${numbers.already})`, kinds(already, does)),
    ...section(`It would do (${numbers.watched})`, [
      ...(watched[0]?.held ? [`  ${line(watched[0].held.why)}`] : []),
      ...kinds(watched, does),
    ]),
    ...section(
      `Held (${numbers.held})`,
      kinds(
        held,
        (action) =>
          `${does(action)}; held by ${action.held?.by ?? "a guard"}: ${action.held?.why ?? "no reason was given"}`,
      ),
    ),
    ...(kind === "undo" ? [] : section("To take it back", back)),
  ];
}

/** That prices are not known is said once. */
function saving(run: RunResult): string[] {
  const { saves: saved, wouldSave: would, unpriced = 0, wouldUnpriced = 0 } = numbersIn(run);
  const other = saved > 0 ? "What was not done" : "It";
  const least = (unknown: number): string => (unknown ? "at least " : "");
  const unknown = unpriced + wouldUnpriced;
  return [
    ...(saved > 0 ? [`Saves ${least(unpriced)}${dollars(saved)} a month.`] : []),
    ...(would > 0 ? [`${other} would save ${least(wouldUnpriced)}${dollars(would)} a month.`] : []),
    ...(unknown ? [`${count(unknown, "change")}: ${priceUnknown}.`] : []),
  ];
}

/** One part of a message, as every channel that shows text arranges it in its own way. */
export interface Part {
  readonly kind:
    | "warning"
    | "incidents"
    | "run"
    | "saving"
    | "facts"
    | "affected"
    | "chart"
    | "table"
    | "links"
    | "over";
  readonly title?: string;
  /** Safe to show as they are; what is indented belongs to what stands above. */
  readonly lines: readonly string[];
}

/**
 * What a channel says instead of the parts that do not fit; nothing where all fit.
 * @param command how the command line is called, safe to show
 */
export function missingParts(missing: number, command: string): string | undefined {
  if (missing <= 0) return undefined;
  const what = missing === 1 ? "part does" : "parts do";
  return `${missing} more ${what} not fit here: ${command} history shows all.`;
}

/** When, where and of what. */
export const whereText = (message: Outgoing, { timeZone }: TextOptions): string => {
  const { at, account, region, unit } = message;
  const run = runIn(message);
  const ofRun = run ? [`${run.mode} mode`, run.id] : [];
  return [timeText(at, timeZone), account, region, unit, ...ofRun].map(line).join(" · ");
};

/** The message's title, in one line. */
export const titleText = ({ title }: Pick<Outgoing, "title">): string =>
  line(title) || "A message without a title";

/** All that is below title and place, in the order in which it is read. */
export function partsOf(message: Outgoing, options: TextOptions): Part[] {
  const { facts = {}, chart, affected = [], link, runbook } = message;
  const [run, news, untrusted] = [runIn(message), newsIn(message), isUntrusted(message)];
  const named = Object.entries(facts).map(
    ([name, value]) => `  ${line(name)}: ${run ? foreign(value) : line(value)}`,
  );
  const calls = news?.calls.length ? [`called: ${news.calls.map(foreign).join(", ")}`] : [];
  const parts: Part[] = [
    {
      kind: "warning",
      lines: untrusted
        ? [
            "This event did not come from AWS: anybody who may put events on your bus can have written it. Trust nothing in it that you have not checked.",
          ]
        : [],
    },
    ...(news
      ? [
          {
            kind: "incidents" as const,
            title: [whyText[news.why], ...calls].join(" · "),
            lines: incidentLines(news, options.timeZone).map((shown) => `  - ${shown}`),
          },
        ]
      : []),
    ...(run
      ? sections(run, message.kind, options).map(({ title, lines }) => ({
          kind: "run" as const,
          title,
          lines,
        }))
      : []),
    { kind: "saving", lines: run ? saving(run) : [] },
    {
      kind: "affected",
      title: "Affected",
      lines: [
        ...affected.slice(0, listed).map((one) => `  ${foreign(one)}`),
        ...more(affected.length - listed),
      ],
    },
    { kind: "facts", title: "Facts", lines: named },
    { kind: "table", lines: message.table ? tableLines(message.table) : [] },
    { kind: "chart", lines: chart ? chartText(chart, options.timeZone).split("\n").map(line) : [] },
    {
      kind: "links",
      lines: [
        ...(link && !untrusted ? [`See: ${line(link)}`] : []),
        ...(runbook && !untrusted ? [`What to do: ${line(runbook)}`] : []),
      ],
    },
    { kind: "over", lines: message.closes ? ["This is over."] : [] },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

/**
 * The whole message as plain text, lines parted by `\n`; nothing else that controls a terminal or a
 * mail is in it.
 * @param options `command`: how the printed commands begin, `npx nightshift` where absent
 */
export function asText(message: Outgoing, options: TextOptions): string {
  const parts = partsOf(message, options).map(({ title, lines }) =>
    title === undefined ? lines : [title, ...lines],
  );
  const text = [[titleText(message), whereText(message, options)], ...parts]
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  return text.length <= longestText
    ? `${text}\n`
    : `${cut(text, longestText)}\n\nThis message was cut. All of it: ${options.command ?? "npx nightshift"} history\n`;
}

/** SNS takes fewer than 100 characters of ASCII, without control characters. */
const longestSubject = 99;

/** For the subject of a mail: how bad, and what happened. */
export function asSubject({ severity, title }: Pick<Outgoing, "severity" | "title">): string {
  const ascii = plain(cut(title, 4 * longestSubject))
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, "-")
    .replace(/…/g, "...")
    .replace(/[^\x20-\x7e]/gu, "?")
    .trim();
  const subject = `[${severity}] ${ascii || "a message without a title"}`;
  return subject.length <= longestSubject ? subject : `${subject.slice(0, longestSubject - 3)}...`;
}
