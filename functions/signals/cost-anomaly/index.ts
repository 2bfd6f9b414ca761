/** Cost Anomaly Detection. EventBridge says `dimensionValue` where SNS says `dimensionalValue`. */
import * as z from "zod/mini";
import { signal } from "../../../sdk/signal.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { fields, lenientList, number, text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

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

const dollars = (amount: number | undefined): string | undefined =>
  amount === undefined ? undefined : `$${amount.toFixed(2)}`;

export default signal({
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

  tell(anomaly, { config, region }) {
    const { anomalyId: id, impact, rootCauses } = anomaly;
    const of = anomaly.dimensionValue ?? anomaly.dimensionalValue ?? rootCauses[0]?.service;
    if (matchesName(config.ignore, of)) return undefined;
    const extra = impact?.totalImpact ?? impact?.maxImpact;
    const causes = rootCauses.map(
      ({ service, region: where, usageType, linkedAccountName, linkedAccount }) =>
        [service, usageType, where, linkedAccountName ?? linkedAccount].filter(Boolean).join(", "),
    );
    const expected =
      impact?.totalExpectedSpend === undefined
        ? ""
        : ` than the ${dollars(impact.totalExpectedSpend)} that was expected`;
    return message({
      title: `${of ?? "Something"} costs ${extra === undefined ? "unusually much" : `${dollars(extra)} more${expected}`}`,
      severity: extra !== undefined && extra >= config.criticalFrom ? "critical" : "warning",
      affected: [of],
      facts: {
        spent: dollars(impact?.totalActualSpend),
        expected: dollars(impact?.totalExpectedSpend),
        "more by":
          impact?.totalImpactPercentage === undefined
            ? undefined
            : `${Math.round(impact.totalImpactPercentage)} %`,
        "most likely": causes.slice(0, 5).join("; "),
        first: anomaly.anomalyStartDate,
        last: anomaly.anomalyEndDate,
        monitor: anomaly.monitorName,
      },
      link: consolePage(
        globalRegion(region),
      )`costmanagement/home#/anomaly-detection/anomalies/${id}`,
      key: `anomaly/${id}`,
    });
  },
});
