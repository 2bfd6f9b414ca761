/** The stacks of one deployment, wherever they are: by its own tag alone. */
import {
  CloudFormationClient,
  paginateDescribeStacks,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { Clients } from "../../engine/run/clients.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { isDenied } from "../../sdk/errors.ts";
import { deploymentTag } from "../../settings/deployment.ts";
import type { DeployedStack, WantedBy } from "./compare.ts";

export interface DeployedStacks {
  readonly stacks: readonly DeployedStack[];
  /** Regions that the settings do not name and the caller may not look at. */
  readonly notSeen: readonly string[];
}

/** As CloudFormation says it of a stack that nothing but being deleted can come of. */
const neverMade: ReadonlySet<string> = new Set([
  "REVIEW_IN_PROGRESS",
  "ROLLBACK_COMPLETE",
  "ROLLBACK_FAILED",
]);

/** The client of a region. */
export const formationIn = (clients: Clients, region: string): CloudFormationClient =>
  clients.get(CloudFormationClient, region) as CloudFormationClient;

/** The account's own list, so that a region is seen that the settings no longer name. */
async function enabledRegions(clients: Clients, home: string): Promise<readonly string[]> {
  const client = clients.get(EC2Client, home) as EC2Client;
  const { Regions = [] } = await client.send(new DescribeRegionsCommand({}));
  return Regions.flatMap(({ RegionName }) => RegionName ?? []);
}

/** Names of what a stack has, by kind. */
async function contentsOf(client: CloudFormationClient, StackName: string) {
  const functions: string[] = [];
  const roles: string[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName }))
    for (const { ResourceType, PhysicalResourceId: name } of page.StackResourceSummaries ?? []) {
      if (!name) continue;
      if (ResourceType === "AWS::Lambda::Function") functions.push(name);
      if (ResourceType === "AWS::IAM::Role") roles.push(name);
    }
  return { functions, roles };
}

/** Whether a stack of this name, with or without our tag, has the table among its resources. */
export async function holdsTable(
  clients: Clients,
  { name: StackName, region }: { readonly name: string; readonly region: string },
  table: string,
): Promise<boolean> {
  const client = formationIn(clients, region);
  try {
    for await (const page of paginateListStackResources({ client }, { StackName }))
      for (const { ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? [])
        if (ResourceType?.startsWith("AWS::DynamoDB::") && PhysicalResourceId === table)
          return true;
    return false;
  } catch (error) {
    if (error instanceof Error && error.name === "ValidationError") return false;
    throw error;
  }
}

async function stacksIn(clients: Clients, region: string, prefix: string) {
  const client = formationIn(clients, region);
  const found: DeployedStack[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {}))
    for (const { StackName: name = "", Tags = [], StackStatus } of Stacks) {
      const isOurs = Tags.some(({ Key, Value }) => Key === deploymentTag && Value === prefix);
      if (!isOurs || StackStatus === "DELETE_COMPLETE") continue;
      found.push({
        name,
        region,
        neverMade: neverMade.has(StackStatus ?? ""),
        ...(await contentsOf(client, name)),
      });
    }
  return found;
}

/**
 * All stacks that carry the deployment's tag, in every region that the account has enabled.
 * @throws what AWS says where it refuses in a region that the settings name
 */
export async function deployedStacks(
  clients: Clients,
  settings: WantedBy,
): Promise<DeployedStacks> {
  const { home, regions, deployment } = settings;
  const named = new Set([home, ...regions]);
  const all = new Set([...named, ...(await enabledRegions(clients, home))]);
  const looks = await concurrently(
    all,
    async (region) => {
      try {
        return { region, stacks: await stacksIn(clients, region, deployment.prefix) };
      } catch (error) {
        if (named.has(region) || !isDenied(error)) throw error;
        return { region, stacks: undefined };
      }
    },
    { concurrency: 8 },
  );
  return {
    stacks: looks.flatMap(({ stacks = [] }) => stacks),
    notSeen: looks.flatMap(({ region, stacks }) => (stacks ? [] : [region])),
  };
}
