/**
 * Tells on one page what Nightshift did in the last week: what was changed, what that saved, what
 * failed and is still open, how backups and certificates stand by the ledger, what waits for a person,
 * what is new. It looks at nothing of AWS: the ledger alone is its source, and what is not in there it
 * says it does not know. A quiet week is two lines.
 *
 * Savings are by the prices that each change named when it was made, for as long as it stood within
 * the week: the bill is the one to believe, and is `cost-report`'s.
 */
import * as z from "zod/mini";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type Reviewed, toldOfWeek } from "./told.ts";
import { weekBefore } from "./week.ts";

export default report({
  id: "weekly-review",
  family: "cost",
  summary: "Reviews the week: what was changed, saved and failed, and what waits for a person",
  scope: "global",
  on: [sweep("cron(30 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(31)), 7)
      .check(
        z.describe(
          "So many whole days before today are reviewed, from midnight to midnight by the settings' `timeZone`.",
        ),
      ),
    names: z
      ._default(z.int().check(z.gte(1), z.lte(50)), 10)
      .check(
        z.describe("So many are named of what failed, and of what waits; the others are counted."),
      ),
  }),
  reads: [],
  readsPast: true,

  async find({ past, now, config: { days } }): Promise<readonly Reviewed[]> {
    if (!past) throw new Error("weekly-review is given no way to read what was done");
    const week = weekBefore(now, past.timeZone, days);
    return [{ week, past: await past.between(week) }];
  },

  tell: ([reviewed]: readonly Reviewed[], { config: { names } }) =>
    reviewed && toldOfWeek(reviewed, names),
});
