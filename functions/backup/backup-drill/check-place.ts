/** Where a check's instance is made, and of what: looked at before anything is restored. */
import type { Image, Subnet } from "@aws-sdk/client-ec2";
import { describeImages } from "../../../aws/ec2/image.ts";
import { describeSecurityGroups } from "../../../aws/ec2/security-group.ts";
import { describeSubnets } from "../../../aws/ec2/subnet.ts";
import { getParametersByPath } from "../../../aws/ssm/public-parameter.ts";
import { compareText } from "../../../sdk/compare.ts";
import { inDoubt, inOneLine } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { troubleOfGroup } from "../isolated-group.ts";
import { ownGigabytes, type VolumeCheck } from "./check.ts";

export const checkPlaceReads = [
  describeSubnets,
  describeSecurityGroups,
  getParametersByPath,
  describeImages,
] as const;
type Read = Reader<typeof checkPlaceReads>;

export interface CheckPlace {
  readonly zone: string;
  readonly subnet: string;
  /** Ids. */
  readonly groups: readonly string[];
  readonly image: string;
  /** What the image comes with. */
  readonly devices: readonly { readonly name: string; readonly gigabytes: number }[];
}

/** Or why there is none, as it reads after "not proven, because". */
export type LookedAtPlace = { readonly place: CheckPlace } | { readonly trouble: string };

/** Nothing there says it: the check is left out, and why is told. */
class NoPlace extends Error {}

const free = ({ AvailableIpAddressCount = 0 }: Subnet): number => AvailableIpAddressCount;

async function freeSubnet(read: Read, name: string): Promise<Subnet> {
  const Filters = [{ Name: "tag:Name", Values: [name] }];
  const all = await Array.fromAsync(read(describeSubnets({ Filters })));
  const [most] = all
    .filter((subnet) => subnet.State === "available" && free(subnet) > 0)
    .sort((a, b) => free(b) - free(a) || compareText(a.SubnetId ?? "", b.SubnetId ?? ""));
  if (most) return most;
  if (!all.length)
    throw new NoPlace(`there is no subnet ${name}: make it, or correct \`check.subnet\``);
  throw new NoPlace(`no subnet ${name} has a free address`);
}

const ownPower = "what is restored is somebody's data";

async function groupsIn(read: Read, vpc: string, names: readonly string[]): Promise<string[]> {
  const Filters = [
    { Name: "vpc-id", Values: [vpc] },
    { Name: "group-name", Values: [...names] },
  ];
  const groups = await Array.fromAsync(read(describeSecurityGroups({ Filters })));
  const missing = names.filter((name) => !groups.some(({ GroupName }) => GroupName === name));
  if (missing.length)
    throw new NoPlace(
      `${vpc} has no security group ${missing.join(", ")}: make it, or correct \`check.securityGroups\``,
    );
  for (const group of groups) {
    const trouble = troubleOfGroup(group, "check.securityGroups", ownPower);
    if (trouble !== undefined) throw new NoPlace(trouble);
  }
  return groups.flatMap(({ GroupId }) => GroupId ?? []).sort();
}

async function published(read: Read, name: string): Promise<string | undefined> {
  const Path = name.slice(0, name.lastIndexOf("/"));
  for await (const { Name, Value } of read(getParametersByPath({ Path })))
    if (Name === name) return Value;
  return undefined;
}

async function imageOf(read: Read, named: string): Promise<Image> {
  const id = named.startsWith("ami-") ? named : await published(read, named);
  if (id === undefined)
    throw new NoPlace(`there is no parameter ${named}: correct \`check.image\``);
  const Filters = [{ Name: "image-id", Values: [id] }];
  const [image] = await Array.fromAsync(read(describeImages({ Filters })));
  if (image?.State === "available") return image;
  throw new NoPlace(`the image ${id} is not there: correct \`check.image\``);
}

const devicesOf = ({ BlockDeviceMappings = [] }: Image): CheckPlace["devices"] =>
  BlockDeviceMappings.flatMap(({ DeviceName, Ebs }) =>
    DeviceName && Ebs ? [{ name: DeviceName, gigabytes: Ebs.VolumeSize ?? ownGigabytes }] : [],
  );

export async function lookAtPlace(read: Read, check: VolumeCheck): Promise<LookedAtPlace> {
  try {
    const {
      SubnetId = "",
      AvailabilityZone = "",
      VpcId = "",
    } = await freeSubnet(read, check.subnet);
    const groups = await groupsIn(read, VpcId, check.securityGroups);
    const image = await imageOf(read, check.image);
    const { ImageId = "" } = image;
    const devices = devicesOf(image);
    return { place: { zone: AvailabilityZone, subnet: SubnetId, groups, image: ImageId, devices } };
  } catch (error) {
    if (error instanceof NoPlace) return { trouble: error.message };
    if (inDoubt(error)) throw error;
    return { trouble: `where it is to be made could not be looked at: ${inOneLine(error)}` };
  }
}
