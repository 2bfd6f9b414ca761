/** Until when a last snapshot is kept: what its tag says, and what the ledger knows. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import type { Remembered } from "../../../sdk/automation.ts";
import { after, days } from "../../../sdk/time.ts";
import { storyTag } from "../unattached-volumes/last-snapshot.ts";

/** A day as its tag says it; what no day is, as it stands there; or that it is kept for good. */
export type Expiry =
  | { readonly day: string }
  | { readonly unreadable: string }
  | { readonly forGood: true };

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && dayOf(at) === text;
};

export const storyOf = ({ Tags = [] }: Pick<Snapshot, "Tags">, key: string): string | undefined =>
  Tags.find(({ Key }) => Key === key)?.Value;

export function expiryOf(snapshot: Pick<Snapshot, "Tags">): Expiry {
  const text = storyOf(snapshot, storyTag.expires);
  if (text === undefined) return { forGood: true };
  return isDay(text) ? { day: text } : { unreadable: text };
}

const record = z.object({
  call: z.object({ input: z.object({ keepDays: z.number() }) }),
  output: z.object({ SnapshotId: z.string() }),
});

/**
 * The day before which nobody promised that it may go: whoever can write tags can write an earlier one.
 * @returns nothing where the ledger remembers another deletion of that volume, or none
 */
export function promisedDay(
  remembered: Remembered | undefined,
  SnapshotId: string,
): string | undefined {
  const read = record.safeParse(remembered);
  if (!remembered || !read.success || read.data.output.SnapshotId !== SnapshotId) return undefined;
  const { keepDays } = read.data.call.input;
  return keepDays > 0 ? dayOf(after(remembered.at, days(keepDays))) : undefined;
}
