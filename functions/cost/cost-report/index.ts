/**
 * Tells what the account costs, by day and by service, so that a change is seen on the next morning
 * and not on the bill: by account and by a tag too, what moved against the same weekdays before and
 * which usage types it was, what AWS forecasts for the month, and how the budgets of the settings
 * stand. Cost Explorer counts in UTC days and knows a day only when it is over: everything here ends
 * with yesterday, and what is judged is the last day that is counted to its end.
 *
 * Tax, support, upfront and monthly fees are billed on one day, credits and refunds are given back:
 * they are no part of the sums, and the report says how much they are, unless `include` names them.
 *
 * What Nightshift's own changes save is told as computed: the bill is the one to believe. Tests have
 * forecasts as AWS's documentation shows them; the embedded AWS makes none.
 */
import type { Message } from "../../../sdk/message.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { costReportConfig as config } from "./config.ts";
import { type CostAnswer, costAnswers, costReportReads as reads } from "./questions.ts";
import { toldOfCosts } from "./told.ts";

export default report({
  id: "cost-report",
  family: "cost",
  summary: "Reports what the account cost, what moved, and what the month will have cost",
  scope: "global",
  on: [sweep("cron(0 7 * * ? *)", { window: minutes(30) })],
  config,
  reads,
  readsSavings: true,
  find: costAnswers,
  tell: (found: readonly CostAnswer[], { now, config: settings }): Message =>
    toldOfCosts(found, now, settings),
});
