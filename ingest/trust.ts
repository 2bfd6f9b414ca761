/**
 * Whether AWS itself said it. A payload claims to be of AWS as easily as anything else, so this goes
 * by how it came: through which alias Lambda was invoked, and by which topic (rule:
 * events-close-nothing).
 */
import { awsAlias } from "../settings/names.ts";
import type { Delivery } from "./envelope.ts";

/** How `signals` was invoked. */
export interface Arrival {
  /** By one of AWS's services, through the alias that only these may invoke. */
  readonly byAws: boolean;
  /** ARNs of the topics to which AWS's services publish, as the settings name them. */
  readonly topics: readonly string[];
}

/**
 * Lambda says through which alias it was invoked. Where nothing invoked a function, this process
 * itself has handed the event over.
 * @param invoked `invokedFunctionArn` of the context, which Lambda always gives
 */
export const invokedByAws = (invoked: string | undefined): boolean =>
  invoked === undefined || invoked.split(":")[7] === awsAlias;

/** What claims to be of AWS: EventBridge keeps these names for AWS's own events. */
export const claimsAws = (source: string): boolean => source.startsWith("aws.");

/** Who publishes to topics in a shape of its own. */
export const publishers: ReadonlySet<string> = new Set([
  "aws.autoscaling",
  "aws.backup",
  "aws.budgets",
  "aws.ce",
  "aws.cloudformation",
  "aws.cloudwatch",
  "aws.codedeploy",
  "aws.dms",
  "aws.elasticache",
  "aws.rds",
  "aws.s3",
]);

/**
 * Whether it is AWS's own word: on the bus whatever EventBridge lets nobody else say, from a named
 * topic what its publishers write in shapes of their own, and an alarm that names the function as
 * its action. What came through a queue or was invoked by anybody else is not.
 */
export function isOfAws(
  { event, via, shape, topic }: Delivery,
  { byAws, topics }: Arrival,
): boolean {
  if (!byAws || !claimsAws(event.source)) return false;
  if (via === "eventbridge") return true;
  if (shape !== "own") return false;
  if (via === "sns") return topics.includes(topic ?? "") && publishers.has(event.source);
  return via === "direct" && event.source === "aws.cloudwatch";
}
