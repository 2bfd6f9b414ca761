/** Environments as CloudFormation knows them: made, listed and extended with the caller's own credentials. */
import {
  type Capability,
  CloudFormationClient,
  CreateStackCommand,
  type Parameter,
  paginateDescribeStacks,
  type Stack,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import type { Clients } from "../../engine/run/clients.ts";
import { readTtl, type Ttl } from "../../functions/cleanup/stale-environments/ttl.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { formationIn } from "../deployment/stacks.ts";

/** Where an environment lies, or shall. */
export interface EnvPlace {
  readonly clients: Clients;
  readonly region: string;
}

export interface ListedEnv {
  readonly region: string;
  readonly stack: Stack;
  readonly text: string;
  readonly ttl: Ttl;
  readonly owner: string | undefined;
}

const tagOf = ({ Tags = [] }: Stack, key: string): string | undefined =>
  Tags.find(({ Key }) => Key === key)?.Value;

/** All stacks of a region that say how long they live. */
export async function environmentsOf(
  { clients, region }: EnvPlace,
  tag: string,
): Promise<ListedEnv[]> {
  const found: ListedEnv[] = [];
  const client = formationIn(clients, region);
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {}))
    for (const stack of Stacks) {
      const text = tagOf(stack, tag);
      if (text === undefined || stack.ParentId) continue;
      const ttl = readTtl(text, stack.CreationTime ?? new Date(0));
      found.push({ region, stack, text, ttl, owner: tagOf(stack, "owner") });
    }
  return found;
}

/** What one is made of. */
export interface NewEnv {
  readonly name: string;
  readonly body: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: readonly Parameter[];
  readonly capabilities: readonly Capability[];
  readonly role: string | undefined;
}

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** @throws {NotPossible} that says what to do, where CloudFormation refuses it for what is known */
export async function createEnv({ clients, region }: EnvPlace, made: NewEnv): Promise<string> {
  // No second one in doubt: its name is taken then.
  const client = clients.get(
    CloudFormationClient,
    region,
    "write",
    "throttling",
  ) as CloudFormationClient;
  try {
    const { StackId = "" } = await client.send(
      new CreateStackCommand({
        StackName: made.name,
        TemplateBody: made.body,
        Parameters: [...made.parameters],
        Capabilities: [...made.capabilities],
        Tags: tagList(made.tags),
        ...(made.role !== undefined && { RoleARN: made.role }),
      }),
    );
    return StackId;
  } catch (error) {
    throw explained(error, made.name);
  }
}

function explained(error: unknown, name: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "AlreadyExistsException")
    return new NotPossible(`a stack ${name} is there already: give another name with --name`, {
      cause: error,
    });
  if (error.name === "InsufficientCapabilitiesException")
    return new NotPossible(
      `its template makes roles or has a transform, which CloudFormation wants to be said: ${error.message}. Say it with --capability CAPABILITY_NAMED_IAM, or CAPABILITY_AUTO_EXPAND`,
      { cause: error },
    );
  if (error.name === "ValidationError")
    return new NotPossible(`CloudFormation does not take it: ${error.message}`, { cause: error });
  return error;
}

/**
 * What Parameter Store holds is read anew by any update, and may have changed since: an update for a
 * tag would put another machine in place of one whose image it names.
 * @throws {NotPossible}
 */
function assertUpdatesNothing({ StackName, StackId, Parameters = [] }: Stack): void {
  const read = Parameters.filter(({ ResolvedValue }) => ResolvedValue !== undefined);
  if (!read.length) return;
  const names = read.map(({ ParameterKey }) => ParameterKey).join(", ");
  throw new NotPossible(
    `an update of ${StackName} would read ${names} anew from Parameter Store, and could replace what goes by it. Keep it with \`npx nightshift exempt ${StackId} --until … --owner … --reason …\`, or write the tag with your next deployment`,
  );
}

/** Its tags alone change: template, parameters and role are those that it has. */
export async function retagEnv(
  { clients }: Pick<EnvPlace, "clients">,
  { region, stack }: ListedEnv,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const { StackName, Parameters = [], Capabilities, RoleARN } = stack;
  assertUpdatesNothing(stack);
  const own = (stack.Tags ?? []).filter(({ Key = "" }) => !Key.startsWith("aws:"));
  const kept = Object.fromEntries(own.map(({ Key = "", Value = "" }) => [Key, Value]));
  const client = clients.get(
    CloudFormationClient,
    region,
    "write",
    "throttling",
  ) as CloudFormationClient;
  try {
    await client.send(
      new UpdateStackCommand({
        StackName,
        UsePreviousTemplate: true,
        Parameters: Parameters.map(({ ParameterKey }) => ({
          ParameterKey,
          UsePreviousValue: true,
        })),
        ...(Capabilities?.length && { Capabilities }),
        ...(RoleARN !== undefined && { RoleARN }),
        Tags: tagList({ ...kept, ...tags }),
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "ValidationError")
      throw new NotPossible(
        `CloudFormation does not update ${StackName}: ${error.message} Keep it with \`npx nightshift exempt ${stack.StackId} --until … --owner … --reason …\` instead`,
        { cause: error },
      );
    throw error;
  }
}
