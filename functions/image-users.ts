/** What uses images of a region, as far as AWS says it; what a launch template names is used. */
import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { describeAutoScalingGroups } from "../aws/autoscaling/group.ts";
import { describeLaunchConfigurations } from "../aws/autoscaling/launch-configuration.ts";
import {
  describeFleets,
  describeSpotFleetRequests,
  describeSpotInstanceRequests,
} from "../aws/ec2/fleet.ts";
import { describeInstances } from "../aws/ec2/instance.ts";
import {
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
} from "../aws/ec2/launch-template.ts";
import {
  describeParameters,
  getParameters,
  mostNames,
  plainParameters,
} from "../aws/ssm/parameter.ts";
import { chunks } from "../sdk/chunks.ts";
import { concurrently } from "../sdk/concurrently.ts";
import type { Reader } from "../sdk/unit.ts";

export const readsOfImageUsers = [
  describeInstances,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
  describeLaunchConfigurations,
  describeAutoScalingGroups,
  describeFleets,
  describeSpotFleetRequests,
  describeSpotInstanceRequests,
  describeParameters,
  getParameters,
] as const;
type Read = Reader<typeof readsOfImageUsers>;

/** So many launch templates, or lists of parameters, are read at once. */
const together = 4;

/** A filter takes so many values. */
const filterValues = 200;

interface Use {
  readonly image: string | undefined;
  /** As it reads in "used by …". */
  readonly by: string;
}

interface NamedVersion {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
  readonly Version?: string | undefined;
}

/** What starts instances by itself, with the versions of launch templates that it names. */
interface Starter {
  readonly by: string;
  readonly versions: readonly (NamedVersion | undefined)[];
  /** Images that it names itself, in place of its template's. */
  readonly images: readonly (string | undefined)[];
}

/** Stopped ones start again; what is terminated needs nothing. */
async function* byInstances(read: Read, only: readonly string[] | undefined): AsyncGenerator<Use> {
  const lists = only ? [...chunks(only, filterValues)] : [undefined];
  for (const Values of lists) {
    const Filters = Values && [{ Name: "image-id", Values: [...Values] }];
    for await (const each of read(describeInstances({ ...(Filters && { Filters }) }))) {
      const { ImageId, InstanceId, State } = each;
      if (State?.Name !== "terminated")
        yield { image: ImageId, by: `the instance ${InstanceId} (${State?.Name})` };
    }
  }
}

async function* byConfigurations(read: Read): AsyncGenerator<Use> {
  for await (const { ImageId, LaunchConfigurationName } of read(describeLaunchConfigurations({})))
    yield { image: ImageId, by: `the launch configuration ${LaunchConfigurationName}` };
}

/** Open ones start an instance when there is room. */
async function* bySpotRequests(read: Read): AsyncGenerator<Use> {
  for await (const each of read(describeSpotInstanceRequests({}))) {
    const { State, LaunchSpecification, SpotInstanceRequestId } = each;
    if (State === "open" || State === "active" || State === "disabled")
      yield {
        image: LaunchSpecification?.ImageId,
        by: `the spot request ${SpotInstanceRequestId}`,
      };
  }
}

/**
 * A template may name a version of a parameter in an image's place: the latest alone is among all
 * parameters. AWS's own parameters name AWS's images, and those of other accounts cannot be read.
 */
const aliasOf = /^resolve:ssm:(?!\/?aws\/|arn:)([^:]+:.+)$/;

/** @param aliases by the name of a parameter with its version or label, what names it so */
async function* byAliases(read: Read, aliases: ReadonlyMap<string, string>): AsyncGenerator<Use> {
  const found = await concurrently(
    aliases,
    async ([alias, by]) => {
      // A call takes no parameter twice, in whatever versions.
      const { Parameters = [] } = await read(getParameters({ Names: [alias] }));
      return Parameters.map(({ Value = "" }) => ({ Value, by }));
    },
    { concurrency: together },
  );
  for (const { Value, by } of found.flat())
    for (const image of Value.match(imageNamed) ?? []) yield { image, by };
}

/** Whatever else the value says: an id in a list, or within JSON, is one. */
const imageNamed = /\bami-[0-9a-f]+\b/g;

async function* byParameters(read: Read): AsyncGenerator<Use> {
  const names: string[] = [];
  for await (const { Name } of read(describeParameters(plainParameters)))
    if (Name) names.push(Name);
  const values = await concurrently(
    chunks(names, mostNames),
    async (Names) => (await read(getParameters({ Names: [...Names] }))).Parameters ?? [],
    { concurrency: together },
  );
  for (const { Name, Value = "" } of values.flat())
    for (const image of Value.match(imageNamed) ?? []) yield { image, by: `the parameter ${Name}` };
}

function starterOf(group: AutoScalingGroup): Starter {
  const { AutoScalingGroupName, LaunchTemplate, MixedInstancesPolicy } = group;
  const { LaunchTemplateSpecification, Overrides = [] } =
    MixedInstancesPolicy?.LaunchTemplate ?? {};
  return {
    by: `the Auto Scaling group ${AutoScalingGroupName}`,
    versions: [
      LaunchTemplate,
      LaunchTemplateSpecification,
      ...Overrides.map((override) => override.LaunchTemplateSpecification),
    ],
    images: Overrides.map(({ ImageId }) => ImageId),
  };
}

/** Those that are being deleted with their instances start no more; their instances are there. */
const isOver = (state = ""): boolean =>
  ["deleted", "cancelled", "failed"].some((end) => state.startsWith(end));

async function* starters(read: Read): AsyncGenerator<Starter> {
  for await (const group of read(describeAutoScalingGroups({}))) yield starterOf(group);
  for await (const { FleetId, FleetState, LaunchTemplateConfigs = [] } of read(describeFleets({})))
    if (!isOver(FleetState))
      yield {
        by: `the fleet ${FleetId}`,
        versions: LaunchTemplateConfigs.map((each) => each.LaunchTemplateSpecification),
        images: LaunchTemplateConfigs.flatMap(({ Overrides = [] }) =>
          Overrides.map(({ ImageId }) => ImageId),
        ),
      };
  for await (const request of read(describeSpotFleetRequests({}))) {
    const { SpotFleetRequestId, SpotFleetRequestState, SpotFleetRequestConfig } = request;
    const { LaunchSpecifications = [], LaunchTemplateConfigs = [] } = SpotFleetRequestConfig ?? {};
    if (!isOver(SpotFleetRequestState))
      yield {
        by: `the spot fleet ${SpotFleetRequestId}`,
        versions: LaunchTemplateConfigs.map((each) => each.LaunchTemplateSpecification),
        images: LaunchSpecifications.map(({ ImageId }) => ImageId),
      };
  }
}

/** Any template may be started from as it is by default, or at its latest. */
const firstVersions = { Versions: ["$Default", "$Latest"] };

/** The versions that starters name by number, by the id or the name of their template. */
function pinnedIn(all: readonly Starter[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const pinned = new Map<string, Map<string, string>>();
  for (const { by, versions } of all)
    for (const { LaunchTemplateId, LaunchTemplateName, Version = "" } of versions.flatMap(
      (version) => version ?? [],
    )) {
      const template = LaunchTemplateId ?? LaunchTemplateName ?? "";
      if (!/^\d+$/.test(Version)) continue;
      const known = pinned.get(template) ?? new Map<string, string>();
      pinned.set(template, known.set(Version, by));
    }
  return pinned;
}

/**
 * By default, at the latest, and in each version that something names that starts instances. Other
 * old versions start nothing by themselves.
 */
async function* byTemplates(read: Read, all: readonly Starter[]): AsyncGenerator<Use> {
  for await (const version of read(describeLaunchTemplateVersions(firstVersions))) {
    const { LaunchTemplateName, VersionNumber, LaunchTemplateData } = version;
    yield {
      image: LaunchTemplateData?.ImageId,
      by: `version ${VersionNumber} of the launch template ${LaunchTemplateName}`,
    };
  }
  const pinned = pinnedIn(all);
  if (pinned.size === 0) return;
  // A template that is gone is not asked about: that would be an error.
  for await (const { LaunchTemplateId = "", LaunchTemplateName = "" } of read(
    describeLaunchTemplates({}),
  )) {
    const numbers = new Map([
      ...(pinned.get(LaunchTemplateId) ?? []),
      ...(pinned.get(LaunchTemplateName) ?? []),
    ]);
    if (numbers.size === 0) continue;
    for await (const version of read(describeLaunchTemplateVersions({ LaunchTemplateId }))) {
      const by = numbers.get(String(version.VersionNumber));
      if (by === undefined) continue;
      yield {
        image: version.LaunchTemplateData?.ImageId,
        by: `${by}, by version ${version.VersionNumber} of the launch template ${LaunchTemplateName}`,
      };
    }
  }
}

/**
 * By the id of an image, what uses it.
 * @param only of these alone; absent: of all
 * @throws what AWS answers: what could not be read may use any of them
 */
export async function imageUsers(
  read: Read,
  only: readonly string[] | undefined,
): Promise<ReadonlyMap<string, string>> {
  const users = new Map<string, string>();
  const asked = only && new Set(only);
  const aliases = new Map<string, string>();
  const add = ({ image, by }: Use): void => {
    if (image === undefined) return;
    const [, alias] = aliasOf.exec(image) ?? [];
    if (alias !== undefined) aliases.set(alias, by);
    if ((!asked || asked.has(image)) && !users.has(image)) users.set(image, by);
  };
  const take = async (uses: AsyncIterable<Use>): Promise<void> => {
    for await (const use of uses) add(use);
  };
  await take(byInstances(read, only));
  const all = await Array.fromAsync(starters(read));
  for (const { by, images } of all) for (const image of images) add({ image, by });
  await take(byTemplates(read, all));
  await take(byConfigurations(read));
  await take(bySpotRequests(read));
  await take(byParameters(read));
  await take(byAliases(read, aliases));
  return users;
}
