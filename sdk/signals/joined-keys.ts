/**
 * Keys of matters that several events tell of: the service that found it out, and Security Hub,
 * which copies findings of other services under ids of its own.
 */
import { digest } from "../codec.ts";
import { lastOf } from "./names.ts";

/** Who may reach what from outside, and how. */
export interface Access {
  /** ARN of the resource. */
  readonly resource: string;
  /** Who: account ids, ARNs, `*`. */
  readonly principals: readonly string[];
  /** What they may do: `s3:GetObject`. */
  readonly actions: readonly string[];
  /** On which conditions, as text; nothing where on none. */
  readonly condition?: string | undefined;
}

/**
 * Of access from outside: the same of every analyzer that finds it, an account's and an
 * organization's.
 */
export function accessKey({ resource, principals, actions, condition = "" }: Access): string {
  const how = [[...principals].sort(), [...actions].sort(), condition];
  return `access/${resource}/${digest(how).slice(0, 16)}`;
}

/**
 * Of a finding of GuardDuty, by its id or ARN. An organisation's administrator has it under the
 * detector and the account of its member, and archives it under its own.
 */
export const threatKey = (finding: string): string => `guardduty/finding/${lastOf(finding)}`;

/** A resource that breaks a rule of AWS Config. */
export interface Breach {
  readonly rule: string;
  /** `AWS::S3::Bucket`, or `AwsS3Bucket` as Security Hub writes it. */
  readonly type: string;
  /** Its id, or its ARN as Security Hub writes it. */
  readonly resource: string;
}

export const breachKey = ({ rule, type, resource }: Breach): string =>
  `config-rule/${rule}/${type.replaceAll("::", "").toLowerCase()}/${lastOf(resource)}`;
