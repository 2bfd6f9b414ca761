/** In what an instance that is made of an image differs from the one that the image is of. */
import type { Image, Instance } from "@aws-sdk/client-ec2";
import { managedBy } from "../../sdk/managed-by.ts";
import type { NewInstance } from "./instance-plan.ts";

interface Compared {
  /** Absent: it is gone. */
  readonly original: Instance | undefined;
  readonly image: Image;
  readonly to: NewInstance;
  readonly runsUserData: boolean;
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.toSorted().join() === b.toSorted().join();

/** Those of its first interface, which are what the instance itself says. */
export function groupsOf({ NetworkInterfaces, SecurityGroups }: Instance): string[] {
  const [first] = NetworkInterfaces ?? [];
  const groups = first?.Groups?.length ? first.Groups : (SecurityGroups ?? []);
  return groups.flatMap(({ GroupId = [] }) => GroupId);
}

/** What was asked for otherwise. */
function askedOtherwise(original: Instance, to: NewInstance): string[] {
  const groups = groupsOf(original);
  return [
    ...(to.type === original.InstanceType
      ? []
      : [`its type is ${to.type}, the original's ${original.InstanceType}`]),
    ...(to.subnet === original.SubnetId
      ? []
      : [`it is in ${to.subnet}, the original in ${original.SubnetId}`]),
    ...(same(to.groups, groups) ? [] : [`the original's groups are ${groups.join(" ")}`]),
  ];
}

/** What does not come with it. */
function notKept(original: Instance, { isPublic }: NewInstance): string[] {
  const more = (original.NetworkInterfaces ?? []).slice(1);
  const { PublicIpAddress, InstanceLifecycle, HibernationOptions, EnclaveOptions } = original;
  const manager = managedBy(original.Tags);
  return [
    ...(PublicIpAddress && !isPublic
      ? [`the original has the public address ${PublicIpAddress}, it has none`]
      : []),
    ...(more.length
      ? [`further network interfaces are not made: ${more.map((each) => each.NetworkInterfaceId)}`]
      : []),
    ...(original.SourceDestCheck === false
      ? ["the original forwards traffic of others (no source/destination check), it does not"]
      : []),
    ...(InstanceLifecycle ? [`the original is ${InstanceLifecycle}, it is on demand`] : []),
    ...(HibernationOptions?.Configured ? ["the original may hibernate, it may not"] : []),
    ...(EnclaveOptions?.Enabled ? ["the original may run enclaves, it may not"] : []),
    ...(manager ? [`the original is managed by ${manager}, it is by nobody`] : []),
  ];
}

/** Those that stay when it is terminated, and cost until somebody deletes them. */
function stayingDisks({ BlockDeviceMappings = [] }: Image): string[] {
  const staying = BlockDeviceMappings.filter(({ Ebs }) => Ebs?.DeleteOnTermination === false);
  const names = staying.map(({ DeviceName }) => DeviceName).join(", ");
  return staying.length ? [`volumes that stay when it is terminated: ${names}`] : [];
}

/** What people must know before. */
export function instanceDifferences({ original, image, to, runsUserData }: Compared): string[] {
  const codes = (image.ProductCodes ?? []).flatMap(({ ProductCodeId = [] }) => ProductCodeId);
  return [
    original
      ? "its private address and its id are new, as are those of its volumes"
      : "the original is gone: profile, key and options are not known, and are none or EC2's own",
    ...(original ? [...askedOtherwise(original, to), ...notKept(original, to)] : []),
    ...stayingDisks(image),
    ...(codes.length ? [`of the Marketplace: it needs a subscription of ${codes.join(", ")}`] : []),
    runsUserData
      ? "it runs the original's user data, as that did at its first start"
      : "it runs no user data: what that set up is in the image (--user-data runs it again)",
    "it starts all that the original starts, and may do its jobs a second time: --group names groups that keep it apart until it is looked at",
    "protection from termination, alarms and what is attached from outside do not come with it",
  ];
}
