/** What the report reads, and which retentions it compares. */
import * as z from "zod/mini";

const counted = z._default(z.int().check(z.gte(0), z.lte(744)), 0);

const retention = z.strictObject({
  hourly: counted,
  daily: counted,
  weekly: counted,
  monthly: counted,
  yearly: counted,
});

export const backupCostsConfig = z.strictObject({
  metric: z
    ._default(
      z.enum(["UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost"]),
      "UnblendedCost",
    )
    .check(z.describe("Which of Cost Explorer's costs.")),
  pages: z
    ._default(z.int().check(z.gte(1), z.lte(100)), 10)
    .check(
      z.describe(
        "Pages of Cost Explorer to read at most; each costs $0.01. When that is not enough, the report says so.",
      ),
    ),
  compare: z
    ._default(z.array(retention).check(z.maxLength(10)), [])
    .check(
      z.describe(
        "Retentions to compare with the one that sets were made with, each like `keep` of a plan: `{ daily: 7, monthly: 6 }`. Where it is empty, half and twice of each count are compared.",
      ),
    ),
  atLeast: z
    ._default(z.int().check(z.gte(1), z.lte(1000)), 3)
    .check(z.describe("Never fewer sets than this stay: as the pruners' settings say it.")),
  rows: z
    ._default(z.int().check(z.gte(1), z.lte(500)), 100)
    .check(z.describe("How many rows the table has, those of most backups first.")),
});
