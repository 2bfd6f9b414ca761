/** Stacks that say how long they live, each with what speaks against their end. */
import type { Stack } from "@aws-sdk/client-cloudformation";
import {
  describeStacks,
  isNotImported,
  listImports,
  listStackResources,
} from "../../../aws/cloudformation/stack.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { makerOf } from "./others.ts";
import { readTtl, type Ttl } from "./ttl.ts";

export const readsOfStacks = [describeStacks, listImports, listStackResources] as const;
type Read = Reader<typeof readsOfStacks>;

/** A stack that is no part of another, and carries the tag. */
export interface Environment {
  readonly stack: Stack;
  /** As the tag has it. */
  readonly text: string;
  readonly ttl: Ttl;
  /** Who or what else decides about it. */
  readonly keptBy: string | undefined;
  /** What CloudFormation could not delete, where it has tried, and why. */
  readonly undeleted: readonly string[];
}

export const ownTag = ({ Tags = [] }: Stack, tag: string): string | undefined =>
  Tags.find(({ Key }) => Key === tag)?.Value;

/** What a stack made, whatever becomes of it, in words: `Files (AWS::S3::Bucket files-1): it is not empty`. */
export async function resourcesAt(
  read: Reader<readonly [typeof listStackResources]>,
  StackName: string,
  status: "DELETE_FAILED" | "DELETE_SKIPPED",
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const resource of read(listStackResources({ StackName }))) {
    if (resource.ResourceStatus !== status) continue;
    const { LogicalResourceId = "", ResourceType = "", PhysicalResourceId = "" } = resource;
    const why = resource.ResourceStatusReason ? `: ${resource.ResourceStatusReason}` : "";
    found.push(`${LogicalResourceId} (${`${ResourceType} ${PhysicalResourceId}`.trim()})${why}`);
  }
  return found;
}

/** Names of those that import one. */
async function importersOf(read: Read, ExportName: string): Promise<readonly string[]> {
  try {
    return await Array.fromAsync(read(listImports({ ExportName })));
  } catch (error) {
    if (isNotImported(error)) return [];
    throw error;
  }
}

/** What a root stack and those within it export, and their names. */
interface Family {
  readonly exports: readonly string[];
  readonly names: ReadonlySet<string>;
}

async function importer(read: Read, { exports, names }: Family): Promise<string | undefined> {
  for (const name of exports) {
    const others = (await importersOf(read, name)).filter((stack) => !names.has(stack));
    if (others.length)
      return `the stack ${others.join(", ")}, which imports its export ${name}: CloudFormation would refuse to delete it`;
  }
  return undefined;
}

const isProtected = "termination protection, which somebody set on it";

const exportsOf = ({ Outputs = [] }: Stack): readonly string[] =>
  Outputs.flatMap(({ ExportName }) => ExportName ?? []);

/** Of each root, by its id: what exports belong to it, however deep. */
function familiesOf(stacks: readonly SlimStack[]): ReadonlyMap<string, Family> {
  const families = Map.groupBy(stacks, ({ root }) => root);
  return new Map(
    [...families].map(([root, members]) => [
      root,
      {
        exports: members.flatMap((member) => member.exports),
        names: new Set(members.map(({ name }) => name)),
      },
    ]),
  );
}

interface SlimStack {
  readonly root: string;
  readonly name: string;
  readonly exports: readonly string[];
}

/** What is looked for. */
export interface StackSearch {
  readonly only: readonly string[] | undefined;
  readonly tag: string;
  /** What speaks against the end is asked only of those that end before. */
  readonly soon: (ttl: Ttl, stack: Stack) => boolean;
}

/** @throws what CloudFormation answers: an error is no stack without importers */
export async function* environmentsIn(
  read: Read,
  { only, tag, soon }: StackSearch,
): AsyncGenerator<Environment> {
  const all: SlimStack[] = [];
  const tagged: Stack[] = [];
  // All of them, also where some are meant: what is nested in one exports for it.
  for await (const stack of read(describeStacks({}))) {
    const { StackId = "", StackName: name = "", RootId, ParentId } = stack;
    if (stack.StackStatus === "DELETE_COMPLETE") continue;
    const exports = exportsOf(stack);
    if (exports.length || RootId) all.push({ root: RootId ?? StackId, name, exports });
    const isAsked = only?.includes(StackId) ?? true;
    if (isAsked && !RootId && !ParentId && ownTag(stack, tag) !== undefined) tagged.push(stack);
  }
  const families = familiesOf(all);
  for (const stack of tagged) {
    const text = ownTag(stack, tag) ?? "";
    const ttl = readTtl(text, stack.CreationTime ?? new Date(0));
    const found = { stack, text, ttl, keptBy: undefined, undeleted: [] };
    if (!soon(ttl, stack)) {
      yield found;
      continue;
    }
    const { StackId = "", StackStatus, EnableTerminationProtection } = stack;
    const family = families.get(StackId);
    yield {
      ...found,
      keptBy:
        makerOf(stack) ??
        (EnableTerminationProtection ? isProtected : undefined) ??
        (family && (await importer(read, family))),
      undeleted:
        StackStatus === "DELETE_FAILED" ? await resourcesAt(read, StackId, "DELETE_FAILED") : [],
    };
  }
}

/** Whom it is told to. */
export async function tagsOfStack(
  read: Reader<readonly [typeof describeStacks]>,
  StackName: string,
): Promise<Readonly<Record<string, string>>> {
  const [stack] = await Array.fromAsync(read(describeStacks({ StackName })));
  return Object.fromEntries((stack?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}
