/**
 * ARNs by name: the stacks agree through settings/names.ts and export nothing to each other, so
 * that each can change alone.
 */
import { Aws } from "aws-cdk-lib";
import { names } from "../settings/names.ts";
import type { Owner } from "../settings/statements.ts";

export const owner: Owner = { partition: Aws.PARTITION, account: Aws.ACCOUNT_ID };

const arn = (service: string, region: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${region}:${Aws.ACCOUNT_ID}:${resource}`;

export const homeBusArn = (home: string): string => arn("events", home, `event-bus/${names.bus}`);
export const failuresArn = (region: string): string => arn("sqs", region, names.failures);
export const topicArn = (home: string): string => arn("sns", home, names.topic);
export const functionArn = (home: string, id: string): string =>
  arn("lambda", home, `function:${names.function(id)}`);
export const scheduleGroupArn = (home: string): string =>
  arn("scheduler", home, `schedule-group/${names.scheduleGroup}`);
export const schedulesArn = (home: string): string =>
  arn("scheduler", home, `schedule/${names.scheduleGroup}/*`);
export const roleArn = (name: string): string => arn("iam", "", `role/${name}`);
/**
 * All rules of a region; `below`: `nightshift/` for those of the home bus, `nightshift-` for ours
 * on the default bus.
 */
export const rulesArn = (region: string, below: string): string =>
  arn("events", region, `rule/${below}*`);
export const alarmsArn = (region: string, prefix = ""): string =>
  arn("cloudwatch", region, `alarm:${prefix}*`);
