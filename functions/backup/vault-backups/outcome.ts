/** How a job of AWS Backup ended, and what helps: AWS's own words, and what to do about them. */
import type { Message } from "../../../sdk/message.ts";
import { hours, minutes } from "../../../sdk/time.ts";

/** AWS Backup gives up what has not begun within 8 hours, or ended within 7 days. */
export const untilJobOver = { every: minutes(5), atMost: hours(24 * 8) };
export const longestJob = hours(24 * 10);

export interface EndedJob {
  readonly state: string;
  readonly why: string;
  /** It made what it was to make, and not all that lies in the resource is in there. */
  readonly hasIssues: boolean;
}

/** What a job says of itself. */
interface AnsweredJob {
  readonly State?: string | undefined;
  readonly StatusMessage?: string | undefined;
  readonly MessageCategory?: string | undefined;
}

const ended: ReadonlySet<string> = new Set([
  "COMPLETED",
  "FAILED",
  "ABORTED",
  "EXPIRED",
  "PARTIAL",
]);

/**
 * @returns nothing while it goes on
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html "completed with
 * issues" is COMPLETED, with a category of message that is not SUCCESS
 */
export const endOf = ({
  State: state,
  StatusMessage: why = "",
  MessageCategory: category = "SUCCESS",
}: AnsweredJob): EndedJob | undefined =>
  state !== undefined && ended.has(state)
    ? { state, why: why || category, hasIssues: category !== "SUCCESS" }
    : undefined;

/** Whoever restores it must not find out then. */
export const issuesOf = (what: string, about: string, { why }: EndedJob): Message => ({
  title: `${what} of ${about} is done with issues: not all of it may be in there`,
  severity: "warning",
  facts: {
    why,
    "what now":
      "AWS Backup's console names what was left out, as objects of a bucket that its role may not read; the point stays, and the next slot makes another",
  },
  affected: [about],
});

/** By what is in the message, in this order: a word of AWS's, small. */
const remedies: readonly (readonly [words: readonly string[], remedy: string])[] = [
  [["versioning"], "Turn on the bucket's versioning: AWS Backup takes no bucket without it."],
  [
    ["same organization", "member of the same"],
    "Both accounts must be in one organization, with cross-account backup turned on in its management account.",
  ],
  [
    ["copyintobackupvault", "access policy"],
    "Let the policy of that vault allow backup:CopyIntoBackupVault to this account.",
  ],
  [["assume"], "Let backup.amazonaws.com assume the role that `role` names, or name another."],
  [
    ["kms", "key"],
    "Let the role use the keys of the source and of the vault; a default key of AWS leaves no account.",
  ],
  [
    ["access denied", "not authorized", "insufficient privileges", "permission"],
    "Attach AWS's policies for backups to the role that `role` names; for buckets they are AWSBackupServiceRolePolicyForS3Backup and …Restore.",
  ],
  [
    ["retention", "lifecycle", "vault lock"],
    "Keep it for as long as the lock of that vault allows: `keepDays`.",
  ],
  [["running", "in progress"], "Another job of it was at work: the next sweep begins anew."],
];

const byState: Readonly<Record<string, string>> = {
  EXPIRED:
    "It did not begin or end in its time: other jobs were before it, or it is too large for that.",
  ABORTED: "Somebody stopped it.",
  PARTIAL: "A part of it is not in the point, which stays until its lifecycle ends.",
};

/** What is said of a job that made nothing good. */
export function jobFailure(what: string, { state, why }: Pick<EndedJob, "state" | "why">): string {
  const small = why.toLowerCase();
  const remedy = remedies.find(([words]) => words.some((word) => small.includes(word)))?.[1];
  const help = [byState[state], remedy].filter((each) => each !== undefined).join(" ");
  return [`${what} is ${state}${why ? `: ${why.replace(/\.$/, "")}` : ""}.`, help]
    .filter(Boolean)
    .join(" ")
    .replace(/\.$/, "");
}
