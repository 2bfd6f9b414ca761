/** Images of an instance, whoever made them. */
import type { Image } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeImageAttribute, describeImages, everyOwnImage } from "../../aws/ec2/image.ts";
import { imageMaker } from "../../aws/ec2/image-backup.ts";
import { reader } from "../../engine/run/reader.ts";
import { setId, setNameIn, tagIn, tagOf } from "../../functions/backup/backup-set.ts";
import { permittedName } from "../../functions/backup/image-backups/permissions.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { count } from "../../sdk/counted.ts";
import { isDenied } from "../../sdk/errors.ts";
import type { Reader } from "../../sdk/unit.ts";
import { lastDone, type RestorePlace } from "./place.ts";
import { notDrilled, type RestorePoint } from "./point.ts";

const reads = [describeImages, describeImageAttribute] as const;
type Read = Reader<typeof reads>;

export interface ImagePoint extends RestorePoint {
  readonly image: Image;
}

export const snapshotsIn = ({ BlockDeviceMappings = [] }: Image): string[] =>
  BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);

/** `2 volumes, 108 GB, encrypted` */
function volumesText({ BlockDeviceMappings = [] }: Image): string {
  const disks = BlockDeviceMappings.flatMap(({ Ebs }) => Ebs ?? []);
  const size = disks.reduce((sum, { VolumeSize = 0 }) => sum + VolumeSize, 0);
  const encrypted = disks.filter(({ Encrypted }) => Encrypted).length;
  const some = encrypted === disks.length ? "encrypted" : `${encrypted} of them encrypted`;
  const words = `${count(disks.length, "volume")}, ${size} GB`;
  return `${words}, ${encrypted ? some : "not encrypted"}`;
}

/** Who may not ask is told that, and goes on. */
async function sharedText(read: Read, { ImageId = "", Public }: Image): Promise<string> {
  if (Public) return "public";
  try {
    const answer = await read(describeImageAttribute({ ImageId, Attribute: "launchPermission" }));
    const names = (answer?.LaunchPermissions ?? []).map(permittedName);
    return names.length ? `shared with ${names.join(", ")}` : "not shared";
  } catch (error) {
    if (!isDenied(error)) throw error;
    return "you may not read with whom it is shared";
  }
}

const made = z.object({ output: z.object({ ImageId: z.string() }) });

/** Both must say so: anybody may write a tag. */
async function makerText(place: RestorePlace, image: Image): Promise<string> {
  const set = setNameIn(image);
  if (!set || tagIn(image, tagOf.unit) !== imageMaker) return "image of somebody else's";
  const slot = `slot ${set.slot}`;
  try {
    const record = made.safeParse(await lastDone(place, imageMaker, setId(set)));
    const isKnown = record.success && record.data.output.ImageId === image.ImageId;
    if (isKnown) return `image of ${imageMaker}, ${slot}`;
    return `image by its tags, of which the ledger knows nothing, ${slot}`;
  } catch (error) {
    if (!isDenied(error)) throw error;
    return `image by its tags, ${slot}; you may not read the ledger`;
  }
}

/** @returns why no instance can be started from it */
export function imageRefusal({
  State = "pending",
  ImageId,
  StateReason,
}: Image): string | undefined {
  if (State === "available") return undefined;
  if (State === "disabled")
    return `it is disabled: aws ec2 enable-image --image-id ${ImageId} first`;
  const reason = StateReason?.Message;
  return reason ? `its state is ${State}: ${reason}` : `its state is ${State}`;
}

async function pointOf(place: RestorePlace, read: Read, image: Image): Promise<ImagePoint> {
  const [whose, shared] = await Promise.all([makerText(place, image), sharedText(read, image)]);
  const refusal = imageRefusal(image);
  return {
    id: image.ImageId ?? "",
    at: new Date(image.CreationDate ?? 0),
    what: `${whose}; ${shared}`,
    makes: `an instance, ${volumesText(image)}`,
    proof: notDrilled,
    image,
    ...(refusal !== undefined && { refusal }),
  };
}

/** A hundred requests at once, and twenty a second after them, are answered. */
const together = 10;

/** @param target an instance's id */
export async function imagesOf(place: RestorePlace, target: string): Promise<ImagePoint[]> {
  const read = reader(reads, place.clients, place.region);
  const found = new Map<string, Image>();
  // EC2 knows what an image was made of; a copy says it by its tag alone.
  for (const Name of ["source-instance-id", `tag:${tagOf.about}`]) {
    const Filters = [{ Name, Values: [target] }];
    for await (const image of read(describeImages({ ...everyOwnImage, Filters })))
      found.set(image.ImageId ?? "", image);
  }
  return concurrently(found.values(), (image) => pointOf(place, read, image), {
    concurrency: together,
  });
}
