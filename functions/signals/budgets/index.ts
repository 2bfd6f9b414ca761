/** AWS Budgets writes letters to a topic: what its lines name is read, and nothing else of it. */
import * as z from "zod/mini";
import { partitionOf } from "../../../sdk/arn.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  "Budget Name": z.string(),
  "Budget Type": text,
  "Budgeted Amount": text,
  "Alert Type": text,
  "Alert Threshold": text,
  "ACTUAL Amount": text,
  "FORECASTED Amount": text,
});

export default signal({
  id: "budgets",
  family: "signals",
  summary: "Tells of budgets that are or will be exceeded",
  on: [{ source: "aws.budgets", detailType: "Budget Notification" }],
  config: z.strictObject({
    critical: namesInEvent(
      "Budgets whose actual cost is critical, `prod-*` names all that begin so.",
    ),
    ignore: namesInEvent("Budgets that are not told."),
  }),
  detail,

  tell(letter, { config, account, region }) {
    const {
      "Budget Name": name,
      "Alert Type": alert,
      "Alert Threshold": threshold,
      "Budgeted Amount": budgeted,
    } = letter;
    if (matchesName(config.ignore, name)) return undefined;
    const forecast = alert?.toUpperCase() === "FORECASTED";
    const amount = forecast ? letter["FORECASTED Amount"] : letter["ACTUAL Amount"];
    return message({
      title: `The budget ${name} ${forecast ? "will be" : "is"} at ${amount ?? "more than was set"}${threshold ? `, beyond its alert of ${threshold.replace(/^[<>=\s]+/, "")}` : ""}${budgeted ? ` (budgeted: ${budgeted})` : ""}`,
      severity: !forecast && matchesName(config.critical, name) ? "critical" : "warning",
      affected: [name],
      facts: { alert, threshold, amount, budgeted, type: letter["Budget Type"] },
      link: consolePage(globalRegion(region))`costmanagement/home#/budgets/details?name=${name}`,
      key: `arn:${partitionOf(region)}:budgets::${account}:budget/${name}`,
    });
  },
});
