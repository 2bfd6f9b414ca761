/** Who else decides about images that nothing uses. */
import type { Image } from "@aws-sdk/client-ec2";
import { describeImageAttribute, describeImageReferences } from "../../../aws/ec2/image.ts";
import { legalHoldOn } from "../../../aws/ec2/snapshot-keepers.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { backedUpBy } from "../backed-up-by.ts";

export const readsOfKeepers = [describeImageReferences, describeImageAttribute] as const;
type Read = Reader<typeof readsOfKeepers>;

const together = 8;

/** Its own lifecycle policies deregister what it made, and its records name it. */
const imageBuilderTag = "Ec2ImageBuilderArn";

function protectionOf({ DeregistrationProtection }: Image): string | undefined {
  if (!DeregistrationProtection || DeregistrationProtection === "disabled") return undefined;
  return `its protection from being deregistered (${DeregistrationProtection})`;
}

/** @returns who keeps it by what it says itself, as it reads in "managed by …" */
export function keptByItself(image: Image): string | undefined {
  const { ImageOwnerAlias, Tags } = image;
  const isOfBuilder = Tags?.some(({ Key }) => Key === imageBuilderTag);
  return (
    legalHoldOn(Tags) ??
    protectionOf(image) ??
    (ImageOwnerAlias === "aws-backup-vault" ? "AWS Backup" : backedUpBy(Tags)) ??
    (isOfBuilder ? "EC2 Image Builder" : undefined) ??
    (image.Public ? "whom it is shared with (all)" : undefined) ??
    managedBy(Tags)
  );
}

/** @returns whom it is shared with, as it reads in "managed by …"; nothing where it is private */
export async function sharersOf(read: Read, ImageId: string): Promise<string | undefined> {
  const asked = { ImageId, Attribute: "launchPermission" as const };
  const { LaunchPermissions = [] } = (await read(describeImageAttribute(asked))) ?? {};
  if (LaunchPermissions.length === 0) return undefined;
  const names = LaunchPermissions.map(
    (each) => each.UserId ?? each.Group ?? each.OrganizationArn ?? each.OrganizationalUnitArn,
  );
  return `whom it is shared with (${names.join(", ")})`;
}

/** @returns in the order of `images` */
export const sharersOfAll = (
  read: Read,
  images: readonly Image[],
): Promise<readonly (string | undefined)[]> =>
  concurrently(images, ({ ImageId = "" }) => sharersOf(read, ImageId), { concurrency: together });
