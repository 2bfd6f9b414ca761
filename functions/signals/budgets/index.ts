/** AWS Budgets writes letters to a topic: what its lines name is read, and nothing else of it. */
import * as z from "zod/mini";
import { arnOf } from "../../../sdk/arn.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  "Budget Name": z.string(),
  "Budget Type": text,
  "Budgeted Amount": text,
  "Alert Type": text,
  "Alert Threshold": text,
  "ACTUAL Amount": text,
  "FORECASTED Amount": text,
});

type Letter = z.output<typeof detail>;

const isForecast = (letter: Letter): boolean =>
  letter["Alert Type"]?.toUpperCase() === "FORECASTED";

const amountIn = (letter: Letter): string | undefined =>
  letter[isForecast(letter) ? "FORECASTED Amount" : "ACTUAL Amount"];

/** Each alert of a budget is a matter of its own: half of it, all of it, what is forecast. */
const alertOf = ({ "Alert Type": type = "", "Alert Threshold": threshold = "" }: Letter): string =>
  `/${type.toLowerCase()}${threshold.replaceAll(/\s/g, "")}`;

/** `at $120, beyond its alert of $100 (budgeted: $110)` */
function standing(letter: Letter): string {
  const { "Alert Threshold": threshold, "Budgeted Amount": budgeted } = letter;
  const alert = prefixed(", beyond its alert of ", threshold?.replace(/^[<>=\s]+/, ""));
  const limit = budgeted ? ` (budgeted: ${budgeted})` : "";
  return `at ${amountIn(letter) ?? "more than was set"}${alert}${limit}`;
}

export default stateSignal({
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

  subject(letter, { account, region }) {
    const { "Budget Name": name } = letter;
    const page = consolePage(globalRegion(region));
    return {
      name,
      link: page`costmanagement/home#/budgets/details?name=${name}`,
      key: `${arnOf({ service: "budgets", account, resource: `budget/${name}` }, region)}${alertOf(letter)}`,
    };
  },

  state: ({ detail: letter }) => (isForecast(letter) ? "forecast" : "actual"),
  states: {
    forecast: {
      severity: "warning",
      title: ({ subject, detail: letter }) =>
        `The budget ${subject.name} will be ${standing(letter)}`,
    },
    actual: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: letter }) => `The budget ${subject.name} is ${standing(letter)}`,
    },
  },

  facts: ({ detail: letter }) => ({
    alert: letter["Alert Type"],
    threshold: letter["Alert Threshold"],
    amount: amountIn(letter),
    budgeted: letter["Budgeted Amount"],
    type: letter["Budget Type"],
  }),
});
