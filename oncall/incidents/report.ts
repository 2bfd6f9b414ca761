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

export function incidentReport(
  reported: Reported,
  { now, timeZone, command }: ReportOptions,
): string {
  const { head, timeline, actions, chart, picture } = reported;
  const time = (at: Date) => timeText(at, timeZone);
  const ended = head.resolvedAt ?? now;
  const taken = timeline.find(({ what }) => what === "acknowledged");
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Incident", code(head.id)],
    ["State", `${head.state}${head.by ? `, by ${foreign(head.by)}` : ""}`],
    ["Severity", head.labels.severity],
    ["Where", `${head.labels.account}, ${head.labels.region}, ${foreign(head.labels.unit)}`],
    ["Began", time(head.openedAt)],
    ["Over", head.resolvedAt ? time(head.resolvedAt) : "not yet"],
    [
      "Lasted",
      `${roughly(ended.getTime() - head.openedAt.getTime())}${head.resolvedAt ? "" : " so far"}`,
    ],
    ["Taken after", taken && roughly(taken.at.getTime() - head.openedAt.getTime())],
    ["How often it came", String(head.count)],
    ["Runbook", head.runbook && foreign(head.runbook)],
    [
      "Link",
      head.link &&
        (/^https:\/\/[\w.-]+\.aws\.amazon\.com\/[^\s<>]*$/.test(head.link)
          ? `<${head.link}>`
          : foreign(head.link)),
    ],
  ];
  const undo = (action: ActionRecord): string => {
    const back = actions.find(({ undoes }) => undoes === action.id);
    if (back) return `taken back by ${code(back.id)}`;
    return action.outcome === "applied"
      ? `to take it back: ${code(`${command} undo ${action.id}`)}`
      : action.outcome;
  };
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [
      "Impact",
      [
        ...(head.all.length
          ? [`Affected (${head.all.length}):`, "", ...head.all.map((one) => `- ${code(one)}`)]
          : ["Its events do not say what is affected."]),
        ...(Object.keys(head.facts).length
          ? [
              "",
              ...Object.entries(head.facts).map(
                ([name, value]) => `- ${foreign(name)}: ${foreign(value)}`,
              ),
            ]
          : []),
      ],
    ],
    [
      "Timeline",
      timeline.map(
        ({ at, what, text, by }) =>
          `- ${time(at)} **${what}**${by ? ` by ${foreign(by)}` : ""}: ${foreign(text)}`,
      ),
    ],
    [
      "The metric",
      "none" in chart
        ? [foreign(chart.none)]
        : [
            "```text",
            chartText(chart, timeZone).replaceAll("`", "'"),
            "```",
            ...(picture ? ["", `![${foreign(chart.title)}](${encodeURI(picture)})`] : []),
          ],
    ],
    [
      "What Nightshift did",
      actions.length
        ? actions.map(
            (action) =>
              `- ${time(action.at)} ${code(action.call.operation)} on ${code(action.target)}, because ${foreign(action.because)} (${foreign(action.unit)}, ${action.outcome}${action.verified ? ", verified" : ""}); ${undo(action)}`,
          )
        : ["Nothing that touched what is affected, from an hour before it began to an hour after."],
    ],
    ["Open questions", questions(reported).map((question) => `- [ ] ${question}`)],
  ];
  return `${[
    `# ${foreign(head.title)}`,
    "",
    "| | |",
    "|---|---|",
    ...rows.flatMap(([name, value]) => (value ? [`| ${name} | ${value} |`] : [])),
    ...sections.flatMap(([title, lines]) => ["", `## ${title}`, "", ...lines]),
  ].join("\n")}\n`;
}
