import { before, days } from "../../../sdk/time.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";

const day = (ago: number) => before(new Date(), days(ago)).toISOString().slice(0, 10);

export const fixture: ReportFixture = {
  region: "us-east-1",
  async seed({ endpoint, account }) {
    const ResultsByTime = Array.from({ length: 30 }, (_, at) => ({
      TimePeriod: { Start: day(30 - at), End: day(29 - at) },
      Groups: [
        {
          Keys: ["Amazon Elastic Compute Cloud - Compute"],
          Metrics: { UnblendedCost: { Amount: "12.5", Unit: "USD" } },
        },
      ],
    }));
    await fetch(`${endpoint}/moto-api/static/ce/cost-and-usage-results`, {
      method: "POST",
      body: JSON.stringify({ account_id: account, results: [{ ResultsByTime }] }),
    });
  },
  told: { title: "AWS cost 12.50 USD yesterday", severity: "info" },
  // The account in memory has costs.
  memory: { seed() {} },
};
