/**
 * Tells which roles and users of IAM nobody has used for months: a role by when it was last assumed
 * to do something, a user by password and access keys. IAM remembers 400 days of that. Roles that are
 * linked to a service, and those of Identity Center, are their makers' and left out. A role that is
 * never assumed may still be meant for the day of a disaster: so this tells, and changes nothing.
 */
import * as z from "zod/mini";
import { count } from "../../../sdk/counted.ts";
import { report } from "../../../sdk/report.ts";
import { before, days as daysLong, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { readsOfIdentities, type UnusedIdentity, unusedIdentities } from "./identities.ts";

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

function useOf({ usedAt, unreadable }: UnusedIdentity): string {
  if (unreadable) return `not known: ${unreadable}`;
  return usedAt ? dayOf(usedAt) : "never, as far as IAM remembers";
}

const rowOf = (each: UnusedIdentity): readonly string[] => [
  each.kind,
  `${each.path}${each.name}`,
  dayOf(each.madeAt),
  useOf(each),
  each.activeKeys === undefined ? "" : `${each.activeKeys}`,
];

/** Those with keys that still open something come first, then what was never used. */
const byDanger = (a: UnusedIdentity, b: UnusedIdentity): number =>
  (b.activeKeys ?? 0) - (a.activeKeys ?? 0) ||
  (a.usedAt?.getTime() ?? 0) - (b.usedAt?.getTime() ?? 0) ||
  (a.name < b.name ? -1 : 1);

function titleOf(roles: number, users: number, days: number): string {
  const both = [
    ...(roles ? [count(roles, "role")] : []),
    ...(users ? [count(users, "user")] : []),
  ].join(" and ");
  return `Nobody has used ${both} of IAM for ${days} days`;
}

export default report({
  id: "unused-roles",
  family: "cleanup",
  summary: "Tells which roles and users of IAM nobody has used for months",
  scope: "global",
  on: [sweep("cron(10 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(400)), 90)
      .check(z.describe("How long nobody must have used it; IAM remembers 400 days.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names that are not told, as of roles for an emergency.")),
    rows: z
      ._default(z.int().check(z.gte(1), z.lte(500)), 100)
      .check(z.describe("How many the table names, worst first.")),
  }),
  reads: readsOfIdentities,

  find: ({ read, now, config: { days, except } }) =>
    unusedIdentities({ read, earliest: before(now, daysLong(days)), except }),

  tell(found: readonly UnusedIdentity[], { config: { days, rows } }) {
    if (found.length === 0) return undefined;
    const users = found.filter(({ kind }) => kind === "user").length;
    const keys = found.reduce((sum, { activeKeys = 0 }) => sum + activeKeys, 0);
    const unread = found.filter(({ unreadable }) => unreadable).length;
    const shown = found.toSorted(byDanger).slice(0, rows);
    const left = found.length - shown.length;
    return {
      title: titleOf(found.length - users, users, days),
      severity: keys > 0 ? "warning" : "info",
      facts: {
        ...(keys > 0 && {
          "keys that still open something": `${count(keys, "active access key")} of users that nobody uses`,
        }),
        ...(unread > 0 && { "not known": `the access keys of ${count(unread, "user")}` }),
        "what to do":
          "Ask whoever made it. Take a user's keys and a role's trust away first, and delete it when nobody has missed it: a role that is made again has another id, and policies that name the old one do not know it",
        ...(left > 0 && { "not shown": `${left} more; \`rows\` shows more` }),
      },
      table: {
        columns: ["kind", "name", "made", "last used", "active keys"],
        rows: shown.map(rowOf),
      },
      affected: shown.map(({ name }) => name),
    };
  },
});
