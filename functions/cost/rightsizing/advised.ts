/** What Compute Optimizer says of instances, where the account has opted in. */
import type {
  InstanceRecommendation,
  InstanceRecommendationOption,
} from "@aws-sdk/client-compute-optimizer";
import {
  getEC2InstanceRecommendations,
  getEnrollmentStatus,
} from "../../../aws/compute-optimizer/recommendation.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfAdvice = [getEnrollmentStatus, getEC2InstanceRecommendations] as const;

/** Its word on one instance. */
export interface OptimizerAdvice {
  readonly finding: "larger" | "smaller" | "fits" | "other";
  /** The type that it was when it was judged. */
  readonly of: string;
  /** What it names first; absent: nothing. */
  readonly to: string | undefined;
  /** US dollars a month, as Compute Optimizer reckons them; absent: it does not say. */
  readonly saves: number | undefined;
  /** What differs, as it would need another image: `Architecture`. */
  readonly differs: readonly string[];
  /** Percent; absent: it has not seen any. */
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

const findings: Readonly<Record<string, OptimizerAdvice["finding"]>> = {
  overprovisioned: "larger",
  underprovisioned: "smaller",
  optimized: "fits",
};

/** The API's answers say `OVER_PROVISIONED` where its model says `Overprovisioned`. */
const findingOf = (finding: string | undefined): OptimizerAdvice["finding"] =>
  findings[(finding ?? "").replaceAll("_", "").toLowerCase()] ?? "other";

const isOtherImage = ({ platformDifferences = [] }: InstanceRecommendationOption): boolean =>
  platformDifferences.includes("Architecture");

/** The best by its own rank; one that runs the same image before one that needs another. */
function firstOption(
  options: readonly InstanceRecommendationOption[] = [],
): InstanceRecommendationOption | undefined {
  const ranked = [...options].sort((a, b) => (a.rank ?? 99) - (b.rank ?? 99));
  return ranked.find((option) => !isOtherImage(option)) ?? ranked[0];
}

function mostUsed({ utilizationMetrics = [] }: InstanceRecommendation, name: "Cpu" | "Memory") {
  const found = utilizationMetrics.find(
    (metric) =>
      metric.name?.toLowerCase() === name.toLowerCase() &&
      metric.statistic?.toLowerCase() === "maximum",
  );
  return found?.value;
}

function adviceOf(recommendation: InstanceRecommendation): OptimizerAdvice {
  const option = firstOption(recommendation.recommendationOptions);
  const { currency, value } = option?.savingsOpportunity?.estimatedMonthlySavings ?? {};
  return {
    finding: findingOf(recommendation.finding),
    of: recommendation.currentInstanceType ?? "",
    to: option?.instanceType,
    saves: currency === "USD" && value !== undefined && value > 0 ? value : undefined,
    differs: option?.platformDifferences ?? [],
    cpu: mostUsed(recommendation, "Cpu"),
    memory: mostUsed(recommendation, "Memory"),
  };
}

/**
 * By the instance's id.
 * @returns nothing where the account has not opted in
 * @throws what Compute Optimizer answers: what it refuses is no word that all fit
 */
export async function optimizerAdvice(
  read: Reader<typeof readsOfAdvice>,
  account: string,
): Promise<ReadonlyMap<string, OptimizerAdvice> | undefined> {
  const { status } = await read(getEnrollmentStatus({}));
  if (status !== "Active") return undefined;
  const advice = new Map<string, OptimizerAdvice>();
  for await (const each of read(getEC2InstanceRecommendations({}))) {
    const { instanceArn = "", accountId = account } = each;
    if (accountId === account)
      advice.set(instanceArn.slice(instanceArn.lastIndexOf("/") + 1), adviceOf(each));
  }
  return advice;
}
