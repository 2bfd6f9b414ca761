/** What names images, in services that EC2 alone can look through. */
import { describeImageReferences, mostReferred } from "../aws/ec2/image.ts";
import { chunks } from "../sdk/chunks.ts";
import { concurrently } from "../sdk/concurrently.ts";
import type { Reader } from "../sdk/unit.ts";

type Read = Reader<readonly [typeof describeImageReferences]>;

const together = 8;

/** What only EC2 itself can look through: what the unit reads by itself is not asked for again. */
const ResourceTypes = [
  { ResourceType: "ssm:Parameter" as const },
  { ResourceType: "imagebuilder:ImageRecipe" as const },
  { ResourceType: "imagebuilder:ContainerRecipe" as const },
];

/** @returns by the id of an image, what names it */
export async function referencesTo(
  read: Read,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await concurrently(
    chunks(ids, mostReferred),
    async (ImageIds) => {
      const asked = { ImageIds: [...ImageIds], ResourceTypes };
      for await (const { ImageId, Arn, ResourceType } of read(describeImageReferences(asked)))
        if (ImageId) found.set(ImageId, Arn ?? `a resource of the type ${ResourceType}`);
    },
    { concurrency: together },
  );
  return found;
}
