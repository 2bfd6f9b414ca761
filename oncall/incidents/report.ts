/**
 * What is left of an incident: a page for those who look at it afterwards. Markdown; nothing in it
 * obeys what others wrote.
 */
import type { ActionRecord } from "../../ledger/actions.ts";
import { chartText } from "../../messages/render/chart-text.ts";
import { timeText } from "../../messages/render/time-text.ts";
import type { Chart } from "../../sdk/message.ts";
import { cut, plain, unlinked } from "../../sdk/plain.ts";
import { roughly } from "./message.ts";
import type { Entry, Head } from "./store.ts";

export interface Reported {
  readonly head: Head;
  readonly timeline: readonly Entry[];
  /** What Nightshift did to what is affected, in the time around it. */
  readonly actions: readonly ActionRecord[];
  /** Of the alarm's metric; or why there is none. */
  readonly chart: Chart | { readonly none: string };
  /** Where the picture of the chart lies, as the page names it. */
  readonly picture?: string | undefined;
}

export interface ReportOptions {
  readonly now: Date;
  /** IANA name. */
  readonly timeZone: string;
  /** How the command line is called. */
  readonly command: string;
}

/** Text of others: one line, no link, no markup. */
const foreign = (text: string): string =>
  unlinked(cut(plain(text), 600)).replace(/[\\`*_{}[\]<>#|~]/g, (character) => `\\${character}`);
/** In a code span nothing is markup but the back tick. */
const code = (text: string): string => `\`${plain(text).replaceAll("`", "'")}\``;

function questions({ head, timeline, actions, chart }: Reported): string[] {
  const has = (what: Entry["what"]) => timeline.some((entry) => entry.what === what);
  const open = head.state !== "resolved";
  return [
    ...(open ? ["It is not over: what is still to be done, and by whom?"] : []),
    "What was the cause? The timeline says what was seen, not why.",
    ...(has("acknowledged")
      ? []
      : ["Nobody acknowledged it: did it reach anybody who could act, or does it need nobody?"]),
    ...(has("escalated") ? ["It was escalated: why did the first who were told not take it?"] : []),
    ...(has("reopened") || head.count > 3
      ? [
          `It came ${head.count} times: is its threshold right, and was the cause removed or only its effect?`,
        ]
      : []),
    ...(has("unconfirmed")
      ? ["An event said that it was over while the state did not: which of the two was wrong?"]
      : []),
    ...(!open && timeline.at(-1)?.what === "ended"
      ? ["It ended for want of news: is it over?"]
      : []),
    ...(actions.length
      ? [
          "Did what Nightshift changed help, or was it the cause? Each change can be taken back, see above.",
        ]
      : []),
    ...("none" in chart && head.labels.unit === "alarm"
      ? ["What did the metric do? It could not be read."]
      : []),
    ...(head.runbook ? [] : ["It names no runbook: what should whoever is called next do first?"]),
  ];
}

/** A heading of the page, and the lines below it. */
type Part = readonly [title: string, lines: readonly string[]];
type Time = (at: Date) => string;

/** The page, in Markdown. */
export function incidentReport(reported: Reported, options: ReportOptions): string {
  const { timeZone } = options;
  const time: Time = (at) => timeText(at, timeZone);
  const parts: readonly Part[] = [
    ["Impact", impact(reported)],
    ["Timeline", timelineLines(reported, time)],
    ["The metric", metricLines(reported, timeZone)],
    ["What Nightshift did", actionLines(reported, time, options)],
    ["Open questions", questions(reported).map((question) => `- [ ] ${question}`)],
  ];
  const lines = [
    `# ${foreign(reported.head.title)}`,
    "",
    "| | |",
    "|---|---|",
    ...rowsOf(reported, time, options).flatMap(([name, value]) =>
      value ? [`| ${name} | ${value} |`] : [],
    ),
    ...parts.flatMap(([title, below]) => ["", `## ${title}`, "", ...below]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Only the console's own links are links. */
const linkText = (link: string): string =>
  /^https:\/\/[\w.-]+\.aws\.amazon\.com\/[^\s<>]*$/.test(link) ? `<${link}>` : foreign(link);

/** An address that the settings made is a link. */
const runbookText = (runbook: string): string =>
  /^https:\/\/[^\s<>]*$/.test(runbook) ? `<${runbook}>` : foreign(runbook);

function rowsOf(
  { head, timeline }: Reported,
  time: Time,
  { now }: ReportOptions,
): readonly (readonly [name: string, value: string | undefined])[] {
  const taken = timeline.find(({ what }) => what === "acknowledged");
  const lasted = roughly((head.resolvedAt ?? now).getTime() - head.openedAt.getTime());
  return [
    ["Incident", code(head.id)],
    ["State", `${head.state}${head.by ? `, by ${foreign(head.by)}` : ""}`],
    ["Severity", head.labels.severity],
    ["Where", `${head.labels.account}, ${head.labels.region}, ${foreign(head.labels.unit)}`],
    ["Began", time(head.openedAt)],
    ["Over", head.resolvedAt ? time(head.resolvedAt) : "not yet"],
    ["Lasted", head.resolvedAt ? lasted : `${lasted} so far`],
    ["Taken after", taken && roughly(taken.at.getTime() - head.openedAt.getTime())],
    ["How often it came", String(head.count)],
    ["Runbook", head.runbook && runbookText(head.runbook)],
    ["Link", head.link && linkText(head.link)],
  ];
}

function impact({ head }: Reported): string[] {
  const affected = head.all.map((name) => `- ${code(name)}`);
  const facts = Object.entries(head.facts).map(
    ([name, value]) => `- ${foreign(name)}: ${foreign(value)}`,
  );
  const what = affected.length
    ? [`Affected (${affected.length}):`, "", ...affected]
    : ["Its events do not say what is affected."];
  return facts.length ? [...what, "", ...facts] : what;
}

const timelineLines = ({ timeline }: Reported, time: Time): string[] =>
  timeline.map(({ at, what, text, by }) => {
    const who = by ? ` by ${foreign(by)}` : "";
    return `- ${time(at)} **${what}**${who}: ${foreign(text)}`;
  });

function metricLines({ chart, picture }: Reported, timeZone: string): string[] {
  if ("none" in chart) return [foreign(chart.none)];
  const drawn = ["```text", chartText(chart, timeZone).replaceAll("`", "'"), "```"];
  if (!picture) return drawn;
  return [...drawn, "", `![${foreign(chart.title)}](${encodeURI(picture)})`];
}

function actionLines({ actions }: Reported, time: Time, { command }: ReportOptions): string[] {
  const back = (action: ActionRecord): string => {
    const undone = actions.find(({ undoes }) => undoes === action.id);
    if (undone) return `taken back by ${code(undone.id)}`;
    if (action.outcome !== "applied") return action.outcome;
    return `to take it back: ${code(`${command} undo ${action.id}`)}`;
  };
  if (!actions.length)
    return [
      "Nothing that touched what is affected, from an hour before it began to an hour after.",
    ];
  return actions.map((action) => {
    const { at, call, target, because, unit, outcome, verified } = action;
    const how = `${foreign(unit)}, ${outcome}${verified ? ", verified" : ""}`;
    return `- ${time(at)} ${code(call.operation)} on ${code(target)}, because ${foreign(because)} (${how}); ${back(action)}`;
  });
}
