/** The sizes of an Auto Scaling group: what is set to nothing for its time off, and given back. */
import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import * as z from "zod/mini";
import { updateAutoScalingGroup } from "../../../aws/autoscaling/group.ts";

const size = z.int().check(z.gte(0));
const sizes = z.object({ min: size, max: size, desired: size });

/** As the group has them. */
export type Sizes = z.output<typeof sizes>;

export const none: Sizes = { min: 0, max: 0, desired: 0 };

export const sizesOf = ({
  MinSize: min = 0,
  MaxSize: max = 0,
  DesiredCapacity: desired = 0,
}: Pick<AutoScalingGroup, "MinSize" | "MaxSize" | "DesiredCapacity">): Sizes => ({
  min,
  max,
  desired,
});

/** Nothing may be launched, by whomever. */
export const isNone = ({ min, max, desired }: Sizes): boolean => min + max + desired === 0;

/** @returns what a group had, as the ledger says it; nothing where it says no sizes */
export function readSizes(before: unknown): Sizes | undefined {
  const read = sizes.safeParse(before);
  return read.success && !isNone(read.data) ? read.data : undefined;
}

const asked = z.object({ MinSize: size, MaxSize: size, DesiredCapacity: size });

/** Whether a call that was made set it to nothing. */
export function emptied(input: object): boolean {
  const read = asked.safeParse(input);
  return read.success && isNone(sizesOf(read.data));
}

/** `2 of 1 to 4`. */
export const shownSizes = ({ min, max, desired }: Sizes): string =>
  `${desired} of ${min} to ${max}`;

/** All three at once, so that none is outside the others. */
export const resized = (AutoScalingGroupName: string, { min, max, desired }: Sizes) =>
  updateAutoScalingGroup({
    AutoScalingGroupName,
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: desired,
  });
