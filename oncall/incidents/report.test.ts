import { expect, test } from "vitest";
import type { ActionRecord } from "../../ledger/actions.ts";
import { chartSvg } from "../../messages/render/chart-svg.ts";
import type { Chart } from "../../sdk/message.ts";
import { after, minutes } from "../../sdk/time.ts";
import { incidentReport } from "./report.ts";
import type { Entry, Head } from "./store.ts";

const start = new Date("2026-11-21T02:00:00Z");
const at = (count: number) => after(start, minutes(count));
const head: Head = {
  id: "inc.1",
  group: "grp.1",
  labels: {
    severity: "critical",
    family: "signals",
    unit: "alarm",
    account: "123456789012",
    region: "eu-central-1",
    key: "cpu",
  },
  state: "resolved",
  title: "cpu is in ALARM",
  openedAt: start,
  resolvedAt: at(42),
  at: at(42),
  count: 1,
  by: "ann",
  passing: false,
  affected: ["i-1"],
  calledFrom: start,
  called: 1,
  facts: { threshold: "above 50" },
  all: ["i-1"],
};
const entry = (minute: number, what: Entry["what"], text: string, by?: string): Entry => ({
  of: "inc.1",
  key: `${minute}`,
  at: at(minute),
  what,
  text,
  ...(by && { by }),
});
const timeline = [
  entry(0, "opened", "cpu is in ALARM"),
  entry(10, "escalated", "called Ann"),
  entry(12, "acknowledged", "has taken it", "ann"),
  entry(42, "resolved", "cpu is OK again; the state was read and says so too"),
];
const stopped = {
  id: "idle-instances.r.a",
  run: "idle-instances.r",
  unit: "idle-instances",
  at: at(-5),
  target: "i-1",
  because: "it idles",
  call: { operation: "ec2:StopInstances", input: {} },
  outcome: "applied",
  verified: true,
} as ActionRecord;
const chart: Chart = {
  title: "CPUUtilization",
  unit: "%",
  points: [0, 20, 40].map((minute) => [at(minute), minute * 2] as const),
};
const options = { now: at(60), timeZone: "Europe/Berlin", command: "nightshift" };

test("a report says what happened, when, to what, what Nightshift did, and what is still to be asked", () => {
  expect(
    incidentReport({ head, timeline, actions: [stopped], chart, picture: "inc.svg" }, options),
  ).toMatchInlineSnapshot(`
    "# cpu is in ALARM

    | | |
    |---|---|
    | Incident | \`inc.1\` |
    | State | resolved, by ann |
    | Severity | critical |
    | Where | 123456789012, eu-central-1, alarm |
    | Began | 2026-11-21 03:00 CET |
    | Over | 2026-11-21 03:42 CET |
    | Lasted | 42 minutes |
    | Taken after | 12 minutes |
    | How often it came | 1 |

    ## Impact

    Affected (1):

    - \`i-1\`

    - threshold: above 50

    ## Timeline

    - 2026-11-21 03:00 CET **opened**: cpu is in ALARM
    - 2026-11-21 03:10 CET **escalated**: called Ann
    - 2026-11-21 03:12 CET **acknowledged** by ann: has taken it
    - 2026-11-21 03:42 CET **resolved**: cpu is OK again; the state was read and says so too

    ## The metric

    \`\`\`text
    CPUUtilization, 2026-11-21 to 2026-11-21
    ▁▄█
    lowest 0 % on 2026-11-21, highest 80 % on 2026-11-21, last 80 %
    \`\`\`

    ![CPUUtilization](inc.svg)

    ## What Nightshift did

    - 2026-11-21 02:55 CET \`ec2:StopInstances\` on \`i-1\`, because it idles (idle-instances, applied, verified); to take it back: \`nightshift undo idle-instances.r.a\`

    ## Open questions

    - [ ] What was the cause? The timeline says what was seen, not why.
    - [ ] It was escalated: why did the first who were told not take it?
    - [ ] Did what Nightshift changed help, or was it the cause? Each change can be taken back, see above.
    - [ ] It names no runbook: what should whoever is called next do first?
    "
  `);
});

test("what is taken back already is said, and what is not over is asked for", () => {
  const undone = { ...stopped, id: "idle-instances.r.a.undo", undoes: stopped.id } as ActionRecord;
  const { resolvedAt: _, by: __, ...rest } = head;
  const page = incidentReport(
    {
      head: { ...rest, state: "open" },
      timeline: timeline.slice(0, 1),
      actions: [stopped, undone],
      chart: { none: "It is no alarm." },
    },
    options,
  );
  expect(page).toContain("taken back by `idle-instances.r.a.undo`");
  expect(page).toContain("| Over | not yet |");
  expect(page).toContain("| Lasted | 1 hour so far |");
  expect(page).toContain("It is not over: what is still to be done, and by whom?");
  expect(page).toContain("Nobody acknowledged it");
  expect(page).toContain("It is no alarm.");
});

test("nothing that others wrote is a link, markup, a new line or the end of a code block", () => {
  const hostile = "x\n# Title\n[a](https://evil.example) ```\n<script>alert(1)</script> | **b**";
  const page = incidentReport(
    {
      head: {
        ...head,
        title: hostile,
        all: [hostile],
        facts: { [hostile]: hostile },
        runbook: hostile,
        link: "https://evil.example/console",
        by: hostile,
      },
      timeline: [entry(0, "note", hostile, hostile)],
      actions: [{ ...stopped, target: hostile, because: hostile }],
      chart: { ...chart, title: hostile },
      picture: "a b.svg",
    },
    options,
  );
  expect(page.split("\n").filter((line) => line.startsWith("#"))).toHaveLength(6);
  expect(page.match(/```/g)).toHaveLength(2);
  const outsideCode = page.replace(/```[\s\S]*?```/g, "").replace(/(?<!\\)`[^`]*`/g, "");
  expect(outsideCode).not.toMatch(/(?<!\\)[<*]script|(?<!\\)</);
  expect(outsideCode).not.toMatch(/(?<!\\)\]\(http|https:\/\/evil/);
  expect(
    page
      .split("\n")
      .filter((line) => line.startsWith("| ") && line.split(/(?<!\\)\|/).length !== 4),
  ).toEqual([]);
});

test("a picture of a chart is SVG without a script, whatever its title; two points are the least", () => {
  const svg = chartSvg({ ...chart, title: '</text><script>"&' }, "UTC", [
    { at: at(20), text: "<began>" },
  ]);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg).not.toContain("<script");
  expect(svg).toContain("&lt;began&gt;");
  expect(svg?.match(/<polyline [^>]*points="([^"]*)"/)?.[1]?.split(" ")).toHaveLength(3);
  expect(chartSvg({ ...chart, points: chart.points.slice(0, 1) }, "UTC")).toBeUndefined();
  expect(
    chartSvg({ ...chart, points: [[at(0), Number.NaN] as const, [at(1), 1] as const] }, "UTC"),
  ).toBeUndefined();
});
