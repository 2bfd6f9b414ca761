/** Cost Anomaly Detection. EventBridge says `dimensionValue` where SNS says `dimensionalValue`. */
import * as z from "zod/mini";
import { dollars } from "../../../sdk/money.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { fields, lenientList, number, text } from "../../../sdk/signals/lenient.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  anomalyId: z.string(),
  anomalyStartDate: text,
  anomalyEndDate: text,
  dimensionValue: text,
  dimensionalValue: text,
  monitorName: text,
  impact: fields({
    maxImpact: number,
    totalImpact: number,
    totalActualSpend: number,
    totalExpectedSpend: number,
    totalImpactPercentage: number,
  }),
  rootCauses: lenientList(
    z.object({
      service: text,
      region: text,
      usageType: text,
      linkedAccount: text,
      linkedAccountName: text,
    }),
  ),
});

type Anomaly = z.output<typeof detail>;

const dollarsIn = (amount: number | undefined): string | undefined =>
  amount === undefined ? undefined : dollars(amount);

/** What it costs more than expected, in US dollars. */
const extraIn = ({ impact }: Anomaly): number | undefined =>
  impact?.totalImpact ?? impact?.maxImpact;

function cost(anomaly: Anomaly): string {
  const extra = dollarsIn(extraIn(anomaly));
  const expected = dollarsIn(anomaly.impact?.totalExpectedSpend);
  if (extra === undefined) return "costs unusually much";
  return expected === undefined
    ? `costs ${extra} more`
    : `costs ${extra} more than the ${expected} that was expected`;
}

function percentIn({ impact }: Anomaly): string | undefined {
  const percent = impact?.totalImpactPercentage;
  return percent === undefined ? undefined : `${Math.round(percent)} %`;
}

const causesIn = ({ rootCauses }: Anomaly): string =>
  rootCauses
    .map(({ service, usageType, region, linkedAccountName, linkedAccount }) =>
      [service, usageType, region, linkedAccountName ?? linkedAccount].filter(Boolean).join(", "),
    )
    .slice(0, 5)
    .join("; ");

export default stateSignal({
  id: "cost-anomaly",
  family: "signals",
  summary: "Tells of unusual costs that Cost Anomaly Detection has found",
  on: [{ source: "aws.ce", detailType: "Anomaly Detected" }],
  config: z.strictObject({
    criticalFrom: z
      ._default(z.number().check(z.positive()), 1000)
      .check(z.describe("US dollars of impact from which it is critical.")),
    ignore: namesInEvent(
      "What is not told, as the monitor names it: a service, an account, a tag.",
    ),
  }),
  detail,

  subject({ anomalyId: id, dimensionValue, dimensionalValue, rootCauses }, { region }) {
    const what = dimensionValue ?? dimensionalValue ?? rootCauses[0]?.service;
    const page = consolePage(globalRegion(region));
    return {
      name: what ?? "Something",
      ignoredBy: [what],
      affected: [what],
      link: page`costmanagement/home#/anomaly-detection/anomalies/${id}`,
      key: `anomaly/${id}`,
    };
  },

  state: ({ detail: anomaly }, { config }) =>
    (extraIn(anomaly) ?? 0) >= config.criticalFrom ? "grave" : "unusual",
  states: {
    grave: {
      severity: "critical",
      title: ({ subject, detail: anomaly }) => `${subject.name} ${cost(anomaly)}`,
    },
    unusual: {
      severity: "warning",
      title: ({ subject, detail: anomaly }) => `${subject.name} ${cost(anomaly)}`,
    },
  },

  facts: ({ detail: anomaly }) => ({
    spent: dollarsIn(anomaly.impact?.totalActualSpend),
    expected: dollarsIn(anomaly.impact?.totalExpectedSpend),
    "more by": percentIn(anomaly),
    "most likely": causesIn(anomaly),
    first: anomaly.anomalyStartDate,
    last: anomaly.anomalyEndDate,
    monitor: anomaly.monitorName,
  }),
});
