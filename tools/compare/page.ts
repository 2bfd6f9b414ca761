/** docs/reference/compared.md: what Nightshift and Cloud Custodian did with the same accounts. */

import type { Doing } from "./both.ts";
import { type ComparedCase, comparedCases } from "./cases.ts";

/** What was measured of one case. */
export interface ComparedFigures {
  readonly unit: string;
  readonly nightshift: Doing;
  readonly custodian: Doing;
}

export interface ComparisonRun {
  readonly date: string;
  readonly custodianVersion: string;
  readonly cases: readonly ComparedFigures[];
}

const listed = (names: readonly string[]): string =>
  names.length ? names.map((name) => `\`${name}\``).join(", ") : "none";

function rowOf(who: string, of: Doing, toChange: number): string {
  const { right, wrong, again, calls, seconds, undone } = of;
  const cells = [
    who,
    `${right.length} of ${toChange}`,
    listed(wrong),
    listed(again),
    undone ? listed(undone) : "it has no undo",
    String(calls),
    `${seconds.toFixed(1)} s`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function sectionOf({ what, unit, fixture, policy }: ComparedCase, figures: ComparedFigures) {
  return [
    `## ${what[0]?.toUpperCase()}${what.slice(1)}: \`${unit.id}\``,
    "",
    `To be changed: ${listed(fixture.wrong)}.`,
    "",
    "| | changed rightly | changed, and was to be left alone | changed again by a second run | as before after an undo | calls of AWS | time |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    rowOf("Nightshift", figures.nightshift, fixture.wrong.length),
    rowOf("Custodian", figures.custodian, fixture.wrong.length),
    "",
    ...(figures.custodian.failed
      ? [`Custodian's run failed: ${figures.custodian.failed}`, ""]
      : []),
    "Custodian's policy:",
    "",
    "```json",
    JSON.stringify(policy, null, 2),
    "```",
  ].join("\n");
}

/** @returns the whole page */
export function comparedPage({ date, custodianVersion, cases }: ComparisonRun): string {
  const sections = cases.flatMap((figures) => {
    const known = comparedCases.find(({ unit }) => unit.id === figures.unit);
    return known ? [sectionOf(known, figures)] : [];
  });
  return `${[
    "# Beside Cloud Custodian",
    `The same account, seeded twice on the embedded AWS, and the same job. Each account is the fixture of a unit (\`functions/<family>/<id>/fixture.ts\`):
what is to be changed, and beside it what looks alike and must be left alone. Those are our cases: Custodian's policies
are written after the examples of its documentation, with a filter for exempted things, and more filters would spare more.
What is compared is what either does by itself. Nightshift's calls are without its ledger's; where a flow waits for days,
the clock was moved on. Custodian's time has the start of its program in it. "Undo" was asked for each thing that was
changed, with a person's confirmation.`,
    `Measured on ${date} with Custodian ${custodianVersion}, by \`npm run compare -- --custodian PROGRAM\`.`,
    ...sections,
  ].join("\n\n")}\n`;
}
