/** What was bought ahead, as Cost Explorer tells of it: used to how much, and until when. */
import type {
  ReservationUtilizationGroup,
  SavingsPlansUtilizationDetail,
} from "@aws-sdk/client-cost-explorer";

export interface Commitment {
  readonly kind: "Savings Plan" | "reservation";
  readonly id: string;
  /** `Compute`, `EC2Instance m5 eu-central-1`, `db.r6g.large eu-central-1, 3 of them`. */
  readonly what: string;
  readonly account: string;
  /** Nothing: AWS does not say. */
  readonly ends: Date | undefined;
  /** In percent; nothing: AWS does not say. */
  readonly used: number | undefined;
  /** What was paid for and not used, in the currency of the bill. */
  readonly unused: number | undefined;
}

/** A number that AWS writes as a text; nothing where there is none. */
export function amountIn(text: string | undefined): number | undefined {
  const number = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

type Attributes = Readonly<Record<string, string>> | undefined;

/** Plans say `EndDateTime`, reservations `endDateTime`. */
function attribute(attributes: Attributes, name: string): string | undefined {
  const found = Object.entries(attributes ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1] || undefined;
}

function endOf(attributes: Attributes): Date | undefined {
  const text = attribute(attributes, "enddatetime");
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isFinite(at) ? new Date(at) : undefined;
}

const joined = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(" ");

export function savingsPlan({
  SavingsPlanArn: arn = "",
  Attributes: attributes,
  Utilization: utilization,
}: SavingsPlansUtilizationDetail): Commitment {
  const named = (name: string) => attribute(attributes, name);
  return {
    kind: "Savings Plan",
    id: arn.slice(arn.lastIndexOf("/") + 1) || "unknown",
    what: joined([named("savingsplanstype"), named("instancefamily"), named("region")]),
    account: named("accountid") ?? arn.split(":")[4] ?? "",
    ends: endOf(attributes),
    used: amountIn(utilization?.UtilizationPercentage),
    unused: amountIn(utilization?.UnusedCommitment),
  };
}

/** @param service as Cost Explorer has it: what it is of where AWS says no more */
export function reservation(
  { Value: id, Attributes: attributes, Utilization: utilization }: ReservationUtilizationGroup,
  service: string,
): Commitment {
  const named = (name: string) => attribute(attributes, name);
  const number = amountIn(named("numberofinstances"));
  const what = joined([
    named("instancetype") ?? named("nodetype") ?? service,
    named("platform"),
    named("region"),
  ]);
  return {
    kind: "reservation",
    id: named("leaseid") ?? named("reservationarn") ?? id ?? "unknown",
    what: number === undefined ? what : `${what}, ${number} of it`,
    account: named("accountid") ?? "",
    ends: endOf(attributes),
    used: amountIn(utilization?.UtilizationPercentage),
    unused: amountIn(utilization?.RICostForUnusedHours),
  };
}
