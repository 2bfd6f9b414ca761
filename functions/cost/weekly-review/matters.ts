/** What people ask of a week beside the numbers: do backups and certificates do their work? */
import { count } from "../../../sdk/counted.ts";
import type { PastUnit } from "../../../sdk/past.ts";

/** Units whose work is one matter, and what each of its changes is. */
export interface WeekMatter {
  readonly name: string;
  readonly units: readonly string[];
  readonly change: string;
  readonly changes?: string;
}

/** A test holds each of these ids to be one of a unit. */
export const matters: readonly WeekMatter[] = [
  {
    name: "certificates",
    units: ["renew-certificates"],
    change: "renewal",
  },
  {
    name: "certificates carried on",
    units: ["export-certificates", "mirror-certificates", "reload-certificates"],
    change: "place served with the new one",
    changes: "places served with the new one",
  },
  { name: "secrets", units: ["rotate-secrets"], change: "rotation" },
  {
    name: "backups",
    units: [
      "database-backups",
      "file-backups",
      "image-backups",
      "table-backups",
      "vault-backups",
      "volume-backups",
    ],
    change: "set made",
    changes: "sets made",
  },
  {
    name: "copies elsewhere",
    units: ["copy-backups", "copy-database-backups", "vault-copies"],
    change: "copy made",
    changes: "copies made",
  },
  {
    name: "restore drills",
    units: ["backup-drill", "database-drill", "table-drill"],
    change: "drill carried out",
    changes: "drills carried out",
  },
];

const resultWords: Readonly<Record<string, string>> = {
  good: "restored and were good",
  bad: "did NOT restore as they should",
  unknown: "came to no result",
};

/** `3 drills carried out: 2 restored and were good, 1 did NOT restore as they should; 1 failed`. */
function wordsOf({ change, changes }: WeekMatter, units: readonly PastUnit[]): string | undefined {
  const sum = (of: (unit: PastUnit) => number) => units.reduce((all, one) => all + of(one), 0);
  const [changed, failed] = [sum((one) => one.changed), sum((one) => one.failed)];
  const [failedRuns, underWay] = [sum((one) => one.failedRuns), sum((one) => one.underWay)];
  const held = sum((one) => one.held);
  if (sum(({ runs }) => runs) + changed + failed === 0) return undefined;
  const results = Object.entries(resultWords).flatMap(([result, words]) => {
    const number = sum((one) => one.results[result] ?? 0);
    return number ? [`${number} ${words}`] : [];
  });
  const parts = [
    `${count(changed, change, changes)}${results.length ? `: ${results.join(", ")}` : ""}`,
    ...(failed ? [`${failed} failed`] : []),
    ...(failedRuns ? [`${count(failedRuns, "run")} did not come to an end`] : []),
    ...(underWay ? [`${underWay} under way`] : []),
    ...(held ? [`${held} held at the last look`] : []),
  ];
  return parts.join("; ");
}

/** A line each of those that ran at all. */
export function matterFacts(units: readonly PastUnit[]): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const matter of matters) {
    const words = wordsOf(
      matter,
      units.filter(({ unit }) => matter.units.includes(unit)),
    );
    if (words !== undefined) facts[matter.name] = words;
  }
  return facts;
}
