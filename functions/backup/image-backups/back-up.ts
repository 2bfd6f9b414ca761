/** One image of an instance, from its making until instances can be started from it, by whoever may. */
import type { Image } from "@aws-sdk/client-ec2";
import { describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import { backupImages, imageMaker } from "../../../aws/ec2/image-backup.ts";
import { refusalIn } from "../../../sdk/call.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { after, hours, minutes } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type SetName, tagOf } from "../backup-set.ts";
import type { Keep } from "../retention.ts";
import type { Sharing } from "./config.ts";
import { permissionsOf } from "./permissions.ts";

/** What is to be made. */
export interface ImageBackUp extends SetName {
  /** No two images of the account have the same there: a slot has one image, whoever asks for it. */
  readonly imageName: string;
  readonly reboot: boolean;
  readonly share: Sharing;
  /** What people call the instance. */
  readonly name?: string;
  readonly keep: Keep;
  readonly keepText: string;
}

const reads = [describeImages] as const;
const images = backupImages();
const writes = [images.create, images.share] as const;
type Aws = Carrier<typeof reads, typeof writes>;

function specifications({ about, slot, name, keepText }: ImageBackUp, { carries }: Aws) {
  const said = {
    ...(name !== undefined && { Name: name }),
    [tagOf.unit]: imageMaker,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.keep]: keepText,
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
  };
  const Tags = Object.entries(said).map(([Key, Value]) => ({ Key, Value }));
  return [
    { ResourceType: "image" as const, Tags },
    { ResourceType: "snapshot" as const, Tags },
  ];
}

/** How much of what was being written is in it. */
export const atRest = (reboot: boolean): string =>
  reboot
    ? "it is rebooted for it, so that its file systems are at rest"
    : "without a reboot, as after a power cut";

/** What is asked for is not seen at once. */
const seenWithin = minutes(15);
const making: ReadonlySet<string> = new Set(["pending", "transient"]);

/** What became of it. */
interface Outcome {
  readonly state: string;
  /** AWS's word for why. */
  readonly reason: string;
  readonly SnapshotIds: readonly string[];
}

const outcomeOf = (image: Image | undefined): Outcome => ({
  state: image?.State ?? "gone",
  reason: image?.StateReason?.Message ?? "",
  SnapshotIds: (image?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
});

async function imageBy(read: Reader<typeof reads>, id: string): Promise<Image | undefined> {
  const Filters = [{ Name: "image-id", Values: [id] }];
  const [image] = await Array.fromAsync(read(describeImages({ ...everyOwnImage, Filters })));
  return image;
}

/** @returns how it ended, in whatever state */
async function made(ImageId: string, { look, until }: Aws): Promise<Outcome> {
  const asked = await look("when it was asked for", async (_, now) => now);
  return until(
    "the image is no longer being made",
    async (read, now) => {
      const image = await imageBy(read, ImageId);
      if (!image && now < after(asked, seenWithin)) return undefined;
      return image && making.has(image.State ?? "pending") ? undefined : outcomeOf(image);
    },
    { every: minutes(5), atMost: hours(84) },
  );
}

/**
 * A backup that cannot be shared is a backup: it stays, and somebody hears of it.
 * @returns why AWS refused it; nothing where it is as the settings say
 */
async function notShared(
  ImageId: string,
  { about, share }: ImageBackUp,
  aws: Aws,
): Promise<string | undefined> {
  const Add = permissionsOf(share);
  if (Add.length === 0) return undefined;
  const refused = refusalIn(await aws.write(images.share({ ImageId, LaunchPermission: { Add } })));
  if (refused === undefined) return undefined;
  await aws.tell({
    title: `The image ${ImageId} of ${about} is there, and could not be shared`,
    severity: "warning",
    facts: { why: refused },
    affected: [about],
  });
  return refused;
}

export const backUpImage = flow({
  id: "back-up-image",
  reads,
  writes,
  longest: hours(96),

  async carry(backUp: ImageBackUp, aws) {
    const { about, slot, reboot, imageName } = backUp;
    const { ImageId = "" } = await aws.write(
      images.create({
        InstanceId: about,
        Name: imageName,
        Description: `${about} in the slot ${slot}, ${reboot ? "after a reboot" : "without a reboot"}`,
        NoReboot: !reboot,
        TagSpecifications: specifications(backUp, aws),
      }),
    );
    const { state, reason, SnapshotIds } = await made(ImageId, aws);
    if (state !== "available")
      throw new Error(`the image ${ImageId} is ${state}${reason && `: ${reason}`}`);
    const refused = await notShared(ImageId, backUp, aws);
    const kept = { ImageId, SnapshotIds: [...SnapshotIds] };
    return refused === undefined ? kept : { ...kept, notShared: refused };
  },

  inverse: [images.deregister, (_, { ImageId }) => ({ ImageId, DeleteAssociatedSnapshots: true })],
});
