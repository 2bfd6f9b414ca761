/**
 * Tells which of the account's own keys of KMS nobody has used for a year, by what KMS itself keeps of
 * their last use. A key that nobody uses may still be all that opens old data: a snapshot, an object,
 * a backup that nobody has read since. What lies there encrypted, AWS lists for no key. So this tells
 * what is known and what is not, and changes nothing.
 *
 * What KMS has kept for a shorter time, or does not tell, is not called unused: it is told as not
 * known. Keys of AWS's own, and those that wait to be deleted, are left out.
 */
import * as z from "zod/mini";
import { count } from "../../../sdk/counted.ts";
import { report } from "../../../sdk/report.ts";
import { before, days as daysLong, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { readsOfKeys, type UnusedKey, unusedKeys } from "./look.ts";

const dayOf = (at: Date | undefined): string => at?.toISOString().slice(0, 10) ?? "";

function lastUse({ usedAt, usedFor, keptSince, unknown }: UnusedKey): string {
  if (unknown !== undefined) return `not known: ${unknown}`;
  if (usedAt) return `${dayOf(usedAt)}${usedFor ? ` (${usedFor})` : ""}`;
  return `not since ${dayOf(keptSince)}, from when on KMS keeps it`;
}

/** What speaks against taking it away, as far as KMS tells. */
function heldBy({ grants = 0, replicas = [] }: UnusedKey): string {
  const held = [
    ...(grants ? [count(grants, "grant")] : []),
    ...(replicas.length ? [`replicas in ${replicas.join(", ")}`] : []),
  ];
  return held.join("; ");
}

const rowOf = (key: UnusedKey): readonly string[] => [
  key.id,
  key.name,
  dayOf(key.madeAt),
  key.isDisabled ? "disabled" : "enabled",
  lastUse(key),
  heldBy(key),
];

const isUnknown = ({ unknown }: UnusedKey): boolean => unknown !== undefined;

/** What is unused comes first, then what nothing speaks for, then the oldest. */
const byAge = (a: UnusedKey, b: UnusedKey): number =>
  Number(isUnknown(a)) - Number(isUnknown(b)) ||
  Number(heldBy(a) !== "") - Number(heldBy(b) !== "") ||
  (a.madeAt?.getTime() ?? 0) - (b.madeAt?.getTime() ?? 0) ||
  (a.id < b.id ? -1 : 1);

function titleOf(unused: number, unknown: number, days: number): string {
  if (unused) return `Nobody has used ${count(unused, "key")} of KMS for ${days} days`;
  return `Of ${count(unknown, "key")} of KMS it is not known whether anybody has used it for ${days} days`;
}

export default report({
  id: "unused-keys",
  family: "cleanup",
  summary: "Tells which of the account's own KMS keys nobody has used for a year",
  on: [sweep("cron(20 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(30), z.lte(3650)), 365)
      .check(z.describe("How long nobody must have used it: what is read once a year needs more.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of aliases, without `alias/`, of keys that are not told.")),
    rows: z
      ._default(z.int().check(z.gte(1), z.lte(500)), 100)
      .check(z.describe("How many the table names, unused ones first.")),
  }),
  reads: readsOfKeys,

  find: ({ read, now, config: { days, except } }) =>
    unusedKeys({ read, earliest: before(now, daysLong(days)), except }),

  tell(found: readonly UnusedKey[], { region, config: { days, rows } }) {
    if (found.length === 0) return undefined;
    const unknown = found.filter(isUnknown).length;
    const shown = found.toSorted(byAge).slice(0, rows);
    const left = found.length - shown.length;
    return {
      title: titleOf(found.length - unknown, unknown, days),
      severity: "info",
      facts: {
        region,
        price:
          "Each costs by the month until it is deleted, disabled or not; how much is not known here",
        ...(unknown > 0 && {
          "not known": `whether ${count(unknown, "key")} ${unknown === 1 ? "is" : "are"} used`,
        }),
        "not looked at":
          "What lies encrypted with it and was not read: snapshots, images, backups, objects and their buckets, secrets, logs, queues, topics, and what was encrypted outside of AWS. Nor what verifies with a public key of its outside of KMS",
        "what to do":
          "Disable it first: that is taken back in a moment. Look in CloudTrail for DisabledException for as long as the rarest job takes, then have it deleted with the longest wait, 30 days. What a deleted key has encrypted is lost for ever",
        ...(left > 0 && { "not shown": `${left} more; \`rows\` shows more` }),
      },
      table: {
        columns: ["key", "name", "made", "state", "last used", "held by"],
        rows: shown.map(rowOf),
      },
      affected: shown.map(({ id }) => id),
    };
  },
});
