import { after, days } from "../../../sdk/time.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";

const inDays = (number: number): string => after(new Date(), days(number)).toISOString();

const plan = (id: string, used: string, ends: string) => ({
  SavingsPlanArn: `arn:aws:savingsplans::111122223333:savingsplan/${id}`,
  Attributes: {
    AccountId: "111122223333",
    SavingsPlansType: "Compute",
    PaymentOption: "No Upfront",
    EndDateTime: ends,
  },
  Utilization: {
    TotalCommitment: "72.0",
    UsedCommitment: "70.0",
    UnusedCommitment: "2.0",
    UtilizationPercentage: used,
  },
});

/** As AWS's documentation shows them: one that ends soon, and a decoy that does not and is used. */
const answers: Readonly<Record<string, object>> = {
  GetSavingsPlansUtilizationDetails: {
    SavingsPlansUtilizationDetails: [
      plan("11111111-ends-soon", "97.2", inDays(12)),
      plan("22222222-used", "99.1", inDays(400)),
    ],
    Total: {
      Utilization: {
        TotalCommitment: "144.0",
        UsedCommitment: "140.0",
        UnusedCommitment: "4.0",
        UtilizationPercentage: "97.2",
      },
    },
    TimePeriod: { Start: "2026-10-20", End: "2026-11-19" },
  },
  GetSavingsPlansCoverage: {
    SavingsPlansCoverages: [
      {
        Coverage: {
          SpendCoveredBySavingsPlans: "140.0",
          OnDemandCost: "60.0",
          TotalCost: "200.0",
          CoveragePercentage: "70",
        },
      },
    ],
  },
  GetReservationUtilization: {
    UtilizationsByTime: [
      {
        TimePeriod: { Start: "2026-10-20", End: "2026-11-19" },
        Groups: [
          {
            Key: "SUBSCRIPTION_ID",
            Value: "359809062",
            Attributes: {
              accountId: "111122223333",
              leaseId: "33333333-used",
              instanceType: "m5.large",
              region: "eu-central-1",
              numberOfInstances: "3",
              endDateTime: inDays(300),
            },
            Utilization: { UtilizationPercentage: "100", RICostForUnusedHours: "0" },
          },
        ],
      },
    ],
    Total: { UtilizationPercentage: "100" },
  },
  GetReservationCoverage: {
    CoveragesByTime: [],
    Total: {
      CoverageHours: {
        OnDemandHours: "1200",
        ReservedHours: "2160",
        TotalRunningHours: "3360",
        CoverageHoursPercentage: "64.3",
      },
    },
  },
};

export const fixture: ReportFixture = {
  region: "us-east-1",
  settings: { config: { services: ["Amazon Elastic Compute Cloud - Compute"] } },
  async seed(aws) {
    for (const [path, answer] of Object.entries(answers)) await record(aws, { path, answer });
  },
  told: { title: "1 Savings Plan ends on", severity: "warning" },
  tellsUnread: true,
};
