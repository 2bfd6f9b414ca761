/** Reads services of ECS by their names: one that is deleted meanwhile is no failure. */
import type { Service, ServiceField } from "@aws-sdk/client-ecs";
import { PartlyFailed } from "../../sdk/call.ts";
import type { Reader } from "../../sdk/unit.ts";
import { describeServices } from "./service.ts";

/** ECS tells of so many services at once. */
export const servicesAtOnce = 10;

const gone = "ClusterNotFoundException";

/** Of a cluster that is deleted while it is read. */
export const isClusterGone = (error: unknown): boolean =>
  error instanceof Error && error.name === gone;

const isMissing = (failure: unknown): boolean =>
  typeof failure === "object" &&
  failure !== null &&
  "reason" in failure &&
  failure.reason === "MISSING";

/** Services of one cluster, at most `servicesAtOnce`. */
export interface ServicesAsked {
  readonly cluster: string;
  readonly services: string[];
  readonly include?: ServiceField[];
}

/** @returns those that are there: one that is not fails no other */
export async function servicesNamed(
  read: Reader<readonly [typeof describeServices]>,
  named: ServicesAsked,
): Promise<Service[]> {
  try {
    return (await read(describeServices({ ...named }))).services ?? [];
  } catch (error) {
    if (!(error instanceof PartlyFailed) || !error.failures.every(isMissing)) throw error;
    if (named.services.length === 1) return [];
    const each = await Promise.all(
      named.services.map((service) => servicesNamed(read, { ...named, services: [service] })),
    );
    return each.flat();
  }
}
