/** The end of one environment: its stack is deleted, and what stays of it is told. */
import type { Stack } from "@aws-sdk/client-cloudformation";
import {
  deleteStack,
  describeStacks,
  isNoStack,
  listStackResources,
} from "../../../aws/cloudformation/stack.ts";
import { NotPossible } from "../../../sdk/errors.ts";
import { flow } from "../../../sdk/flow.ts";
import { hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { ownTag, resourcesAt } from "./look.ts";
import { readTtl } from "./ttl.ts";

const reads = [describeStacks, listStackResources] as const;
type Read = Reader<typeof reads>;

export interface EndOfEnvironment {
  readonly StackId: string;
  readonly name: string;
  /** Which tag says how long it lives. */
  readonly tag: string;
  /** When its time is over: ISO, in UTC. */
  readonly end: string;
  /** How long it was meant to live: whoever makes one for an hour is not told days before. */
  readonly livesFor: number;
  /** ARN of the role that CloudFormation is handed, where the stack has none of its own. */
  readonly role?: string;
}

/** Of more the first are named. */
const mostNamed = 20;

export const named = (resources: readonly string[]): string =>
  resources.slice(0, mostNamed).join("; ") +
  (resources.length > mostNamed ? `; and ${resources.length - mostNamed} more` : "");

async function stackNow(read: Read, StackName: string): Promise<Stack | undefined> {
  try {
    const [stack] = await Array.fromAsync(read(describeStacks({ StackName })));
    return stack;
  } catch (error) {
    if (isNoStack(error)) return undefined;
    throw error;
  }
}

/**
 * Also where it was asked to be deleted before, without an answer: what is not being deleted by then
 * may have been given more time.
 */
async function keptMeanwhile(
  read: Read,
  { StackId, name, tag, end }: EndOfEnvironment,
): Promise<string | undefined> {
  const stack = await stackNow(read, StackId);
  if (!stack || stack.StackStatus?.startsWith("DELETE_")) return undefined;
  if (stack.EnableTerminationProtection) return `${name} has termination protection by now`;
  const text = ownTag(stack, tag);
  const ttl = readTtl(text ?? "", stack.CreationTime ?? new Date(0));
  if (ttl.end?.toISOString() === end) return undefined;
  return `the time of ${name} is another by now: ${text === undefined ? "none" : `${tag}=${text}`}`;
}

interface StackEnd {
  readonly undeleted?: readonly string[];
  readonly why?: string | undefined;
}

/** @returns nothing as long as it is being deleted */
async function endOf(read: Read, StackId: string): Promise<StackEnd | undefined> {
  const stack = await stackNow(read, StackId);
  if (!stack || stack.StackStatus === "DELETE_COMPLETE") return {};
  if (stack.StackStatus !== "DELETE_FAILED") return undefined;
  const undeleted = await resourcesAt(read, StackId, "DELETE_FAILED");
  return { undeleted, why: stack.StackStatusReason };
}

/** What it keeps by its template's own word; of a stack that is no longer known nothing is. */
async function retainedBy(read: Read, StackId: string): Promise<readonly string[]> {
  try {
    return await resourcesAt(read, StackId, "DELETE_SKIPPED");
  } catch (error) {
    if (isNoStack(error)) return [];
    throw error;
  }
}

export const endEnvironment = flow({
  id: "end-environment",
  reads,
  writes: [deleteStack],
  longest: hours(12),
  irreversible:
    "what the stack made is deleted with it, and what was stored there, but for what its template retains",

  async carry(ending: EndOfEnvironment, { write, look, until, tell }) {
    const { StackId, name, role } = ending;
    // All that spoke against it is asked again with this: the unit must still propose the same.
    await write(deleteStack({ StackName: StackId, ...(role && { RoleARN: role }) }), (read) =>
      keptMeanwhile(read, ending),
    );
    const { undeleted, why } = await until("it is gone, or stays", (read) => endOf(read, StackId), {
      every: minutes(1),
      atMost: hours(6),
    });
    if (undeleted)
      throw new NotPossible(
        `CloudFormation could not delete all of ${name}: ${named(undeleted) || (why ?? "it does not say why")}. What it could is gone. Put right what it names, then \`aws cloudformation delete-stack --stack-name ${name}\`, with \`--retain-resources\` for what shall stay`,
      );
    const retained = await look("what stays of it", (read) => retainedBy(read, StackId));
    if (retained.length)
      await tell({
        title: `The environment ${name} is gone, and ${retained.length} of its resources stay`,
        severity: "warning",
        facts: {
          why: "its template retains them (DeletionPolicy): nothing else looks after them now, and each goes on costing what it cost",
          what: named(retained),
        },
        affected: [StackId],
      });
    return { retained };
  },
});
