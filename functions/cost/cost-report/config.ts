/** What the report reads of Cost Explorer, and what it judges by. */
import * as z from "zod/mini";

/** Beside what is used each day: billed once a month or once at all, or given back. */
export const oddCharges = ["tax", "support", "fees", "credits"] as const;

const budgetLine = z
  .strictObject({
    name: z.string().check(z.minLength(1), z.maxLength(60)),
    amount: z.number().check(z.positive()),
    currency: z._default(z.string().check(z.regex(/^[A-Z]{3}$/)), "USD"),
    account: z.optional(z.string().check(z.regex(/^\d{12}$/))),
    service: z.optional(z.string().check(z.minLength(1))),
    tag: z.optional(z.string()),
  })
  .check(
    z.refine(
      ({ account, service, tag }) =>
        [account, service, tag].filter((part) => part !== undefined).length <= 1,
      "is of one account, of one service or of one value of the tag, or of all",
    ),
  );
/** An amount a month that the settings hold costs to. */
export type BudgetLine = z.output<typeof budgetLine>;

export const costReportConfig = z
  .strictObject({
    days: z
      ._default(z.int().check(z.gte(14), z.lte(365)), 30)
      .check(z.describe("How far back the chart goes; two weeks are needed to compare.")),
    top: z
      ._default(z.int().check(z.gte(1), z.lte(20)), 5)
      .check(z.describe("How many services are named, and accounts, and values of the tag.")),
    metric: z
      ._default(
        z.enum([
          "UnblendedCost",
          "AmortizedCost",
          "NetUnblendedCost",
          "NetAmortizedCost",
          "BlendedCost",
        ]),
        "UnblendedCost",
      )
      .check(z.describe("Which of Cost Explorer's costs.")),
    include: z
      ._default(z.array(z.enum(oddCharges)), [])
      .check(
        z.describe(
          "Charges that are part of the sums although they are not used day by day. The others are told beside the sums.",
        ),
      ),
    accounts: z
      ._default(z.boolean(), true)
      .check(z.describe("Tell costs by account, where the bill has several: one request more.")),
    tag: z
      .optional(z.string().check(z.minLength(1), z.maxLength(128)))
      .check(
        z.describe(
          "Tell costs by the values of this tag, which must be active as a cost allocation tag: one request more.",
        ),
      ),
    forecast: z
      ._default(z.boolean(), true)
      .check(z.describe("Ask AWS what the month will have cost: one request more.")),
    weeks: z
      ._default(z.int().check(z.gte(0), z.lte(8)), 4)
      .check(
        z.describe(
          "The last day is judged by the mean of the same weekday of so many weeks before; 0 judges none. Where something moved, its usage types are read: one request more.",
        ),
      ),
    history: z
      ._default(z.int().check(z.gte(1), z.lte(8)), 2)
      .check(z.describe("Of so many of these weeks the costs must be known.")),
    moved: z
      ._default(z.number().check(z.positive()), 5)
      .check(
        z.describe(
          "By so much a day's cost must differ to be named, in the currency of the bill, and by `percent`.",
        ),
      ),
    percent: z
      ._default(z.number().check(z.positive(), z.lte(1000)), 20)
      .check(z.describe("By so many percent of the mean it must differ.")),
    budgets: z
      ._default(z.array(budgetLine).check(z.maxLength(20)), [])
      .check(
        z.describe(
          'Amounts a month that costs are held to: `{ name: "all", amount: 5000 }`, of one `account`, `service` or value of the `tag`. One that is over, or will be by the forecast, makes the report a warning.',
        ),
      ),
    pages: z
      ._default(z.int().check(z.gte(1), z.lte(100)), 10)
      .check(
        z.describe(
          "Requests to Cost Explorer at most; each costs $0.01. When that is not enough, the report says so.",
        ),
      ),
  })
  .check(
    z.refine(
      ({ weeks, history }) => weeks === 0 || history <= weeks,
      "`history` may not be more than `weeks`: nothing would ever be judged",
    ),
    z.refine(
      ({ budgets, tag }) => tag !== undefined || budgets.every((line) => line.tag === undefined),
      "a budget is of a value of `tag`, which is not set",
    ),
    z.refine(
      ({ budgets, accounts }) => accounts || budgets.every((line) => line.account === undefined),
      "a budget is of an account, and `accounts` is false",
    ),
    z.refine(
      ({ budgets }) => new Set(budgets.map(({ name }) => name)).size === budgets.length,
      "two budgets have one name",
    ),
  );
export type CostReportConfig = z.output<typeof costReportConfig>;
