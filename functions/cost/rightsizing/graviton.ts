/** Whether there is a type with Graviton that is as large, and whether the image is there for it. */
import type { Image, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { describeImages } from "../../../aws/ec2/image.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { typePartsOf } from "./machine.ts";

type Read = Reader<readonly [typeof describeImages]>;

const sizeIn = (type: InstanceTypeInfo) => ({
  cores: type.VCpuInfo?.DefaultVCpus,
  memory: type.MemoryInfo?.SizeInMiB ?? 0,
});

/**
 * The newest of the same series and size with as many cores and as much memory: `m7g.large` of
 * `m5.large`. Not those with disks or a network of their own, which a letter after the `g` says.
 */
export function gravitonSibling(
  type: InstanceTypeInfo,
  arm: readonly InstanceTypeInfo[],
): string | undefined {
  const its = typePartsOf(type.InstanceType ?? "");
  const now = sizeIn(type);
  const siblings = arm.flatMap((each) => {
    const name = each.InstanceType ?? "";
    const other = typePartsOf(name);
    const then = sizeIn(each);
    if (!its || other?.series !== its.series || other.size !== its.size) return [];
    if (other.more !== "g") return [];
    const isAsLarge = then.cores === now.cores && then.memory >= now.memory;
    return isAsLarge ? [{ name, generation: other.generation }] : [];
  });
  return siblings.sort((a, b) => b.generation - a.generation)[0]?.name;
}

/** How names of images say for what they are. */
const forIntel = /x86_64|amd64/g;

const keyOf = (owner: string | undefined, name: string | undefined): string => `${owner} ${name}`;

async function imagesBy(
  read: Read,
  name: "image-id" | "name",
  values: Iterable<string>,
): Promise<Image[]> {
  const images: Image[] = [];
  for (const Values of chunks([...new Set(values)], 200))
    for await (const image of read(
      describeImages({ Filters: [{ Name: name, Values }], IncludeDeprecated: true }),
    ))
      images.push(image);
  return images;
}

/**
 * Images that their owner offers for arm64 too, under the same name but for the architecture in it:
 * by image, the id of that one. Of others nothing is known: they need an image for arm64.
 */
export async function armImages(
  read: Read,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const images = await imagesBy(read, "image-id", ids);
  const wanted = images.flatMap(({ ImageId = "", OwnerId, Name = "" }) => {
    const name = Name.replaceAll(forIntel, "arm64");
    return name === Name ? [] : [{ ImageId, OwnerId, name }];
  });
  const there = new Map<string, string>();
  for (const { ImageId = "", OwnerId, Name, Architecture, State } of await imagesBy(
    read,
    "name",
    wanted.map(({ name }) => name),
  ))
    if (Architecture === "arm64" && State === "available") there.set(keyOf(OwnerId, Name), ImageId);
  return new Map(
    wanted.flatMap(({ ImageId, OwnerId, name }) => {
      const arm = there.get(keyOf(OwnerId, name));
      return arm === undefined ? [] : [[ImageId, arm] as const];
    }),
  );
}
