import { rememberUnits } from "../../../ledger/units-known.ts";
import { before, days, systemClock } from "../../../sdk/time.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";

const day = (ago: number) => before(new Date(), days(ago)).toISOString().slice(0, 10);

/** What something cost on a day so many days ago. */
type Daily = (ago: number) => number;

interface Charged {
  readonly keys: readonly [string, string];
  readonly cost: Daily;
}

const groupedBy = (definitions: readonly object[], rows: readonly Charged[]) => ({
  GroupDefinitions: definitions,
  ResultsByTime: Array.from({ length: 32 }, (_, at) => 32 - at).map((ago) => ({
    TimePeriod: { Start: day(ago), End: day(ago - 1) },
    Estimated: false,
    Groups: rows.map(({ keys, cost }) => ({
      Keys: keys,
      Metrics: { UnblendedCost: { Amount: cost(ago).toFixed(2), Unit: "USD" } },
    })),
  })),
});

const dimension = (Key: string) => ({ Type: "DIMENSION", Key });
const compute = "Amazon Elastic Compute Cloud - Compute";
const storage = "Amazon Simple Storage Service";
/** 2 on each day, and 32 on the last. */
const grew: Daily = (ago) => (ago === 1 ? 32 : 2);

/** What moved is storage alone. Credits and tax of the last day did not. */
const answers = [
  groupedBy(
    [dimension("SERVICE"), dimension("RECORD_TYPE")],
    [
      { keys: [compute, "Usage"], cost: () => 10.5 },
      { keys: [storage, "Usage"], cost: grew },
      { keys: ["Tax", "Tax"], cost: (ago) => (ago === 1 ? 400 : 0) },
      { keys: [compute, "Credit"], cost: (ago) => (ago === 1 ? -90 : 0) },
    ],
  ),
  groupedBy(
    [dimension("LINKED_ACCOUNT"), dimension("RECORD_TYPE")],
    [
      { keys: ["111122223333", "Usage"], cost: () => 10.5 },
      { keys: ["444455556666", "Usage"], cost: grew },
    ],
  ),
  groupedBy(
    [{ Type: "TAG", Key: "team" }, dimension("RECORD_TYPE")],
    [
      { keys: ["team$payments", "Usage"], cost: () => 10.5 },
      { keys: ["team$", "Usage"], cost: grew },
    ],
  ),
  groupedBy(
    [dimension("USAGE_TYPE"), dimension("SERVICE")],
    [
      { keys: ["EUC1-Requests-Tier1", storage], cost: (ago) => (ago === 1 ? 31 : 1) },
      { keys: ["EUC1-TimedStorage-ByteHrs", storage], cost: () => 1 },
    ],
  ),
];

export const fixture: ReportFixture = {
  region: "us-east-1",
  settings: { config: { tag: "team", budgets: [{ name: "all", amount: 100_000 }] } },
  async seed(aws, ledger) {
    // Whose savings it asks for, beside its own.
    if (ledger) await rememberUnits(ledger, ["gp3-volumes"], systemClock.now());
    await fetch(`${aws.endpoint}/moto-api/static/ce/cost-and-usage-results`, {
      method: "POST",
      body: JSON.stringify({ account_id: aws.account, results: answers }),
    });
    // As AWS's documentation shows it.
    const answer = {
      Total: { Amount: "120.5", Unit: "USD" },
      ForecastResultsByTime: [
        {
          TimePeriod: { Start: day(0), End: day(-9) },
          MeanValue: "120.5",
          PredictionIntervalLowerBound: "100",
          PredictionIntervalUpperBound: "140",
        },
      ],
    };
    await record(aws, { path: "GetCostForecast", answer });
  },
  told: { title: "AWS cost 42.50 USD yesterday", severity: "info" },
  // The account in memory has costs.
  memory: { seed() {} },
};
