/**
 * Deregisters images of `image-backups` that their retention no longer asks for, with their snapshots:
 * by grandfather, father and son, as the newest image of an instance says. The newest good image stays,
 * and never fewer than a least number. Only what the ledger and the tags both say is ours goes; what
 * anything starts instances from, what is shared with others than the settings said, was used lately,
 * is protected, locked or held stays and is named. What is gone is gone, so it asks first, unless the
 * settings say otherwise.
 */
import type { Image } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import { backupImageDeregistration, imageMaker } from "../../../aws/ec2/image-backup.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { setNameIn, tagIn, tagOf } from "../backup-set.ts";
import { type Piece, pruningFields, type Sparing, standingsOf } from "../sparing.ts";
import { keeperReads, keepersOf } from "./keepers.ts";

const reads = [describeImages, ...keeperReads] as const;
const imagePruner = "prune-images";
const deregister = backupImageDeregistration();

interface FoundImage {
  readonly image: Image;
  readonly standing: Sparing;
  /** What else keeps it: as it reads in "managed by …". */
  readonly keptBy: string | undefined;
}

const failed: ReadonlySet<string> = new Set(["failed", "invalid", "error", "deregistered"]);

/** One that somebody has disabled is no good one, and is nobody's to take away. */
function stateOf({ State = "pending" }: Image): Piece["state"] {
  if (failed.has(State)) return "failed";
  return State === "available" ? "complete" : "making";
}

const piecesOf = (images: readonly Image[]): Piece[] =>
  images.flatMap((image) => {
    const set = setNameIn(image);
    if (!set) return [];
    return [
      {
        id: image.ImageId ?? "",
        set,
        resource: set.about,
        state: stateOf(image),
        size: 1,
        action: tagIn(image, tagOf.action),
        run: tagIn(image, tagOf.run),
      },
    ];
  });

async function ourImages(read: Reader<typeof reads>): Promise<Image[]> {
  const Filters = [{ Name: `tag:${tagOf.unit}`, Values: [imageMaker] }];
  return Array.fromAsync(read(describeImages({ ...everyOwnImage, Filters })));
}

export default automation({
  id: imagePruner,
  family: "backup",
  summary: "Deregisters images of image-backups that their retention no longer asks for",
  on: [sweep("cron(55 4 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    ...pruningFields,
    unusedDays: z
      ._default(z.int().check(z.gte(0), z.lte(3650)), 30)
      .check(
        z.describe(
          "An image that an instance was started from in so many days stays, in whatever account that was.",
        ),
      ),
  }),
  remembers: [imageMaker, imagePruner],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 20 }),
  reads,
  writes: [deregister],

  async *find({ read, only, config: { atLeast, unusedDays }, now, remembered, madeBy }) {
    const all = await ourImages(read);
    const when = { maker: imageMaker, pruner: imagePruner, atLeast, now, remembered, madeBy };
    const standings = await standingsOf(piecesOf(all), when);
    const asked = only ? all.filter(({ ImageId = "" }) => only.includes(ImageId)) : all;
    const spare = asked.filter(({ ImageId = "" }) => standings.get(ImageId)?.spare !== undefined);
    const kept = await keepersOf(read, spare, { now, unusedDays, remembered });
    for (const image of asked) {
      const { ImageId = "" } = image;
      const standing = standings.get(ImageId) ?? {};
      const keptBy = standing.unknown ?? kept.get(ImageId);
      yield { image, standing, keptBy } satisfies FoundImage;
    }
  },

  target({ image, keptBy }) {
    const about = setNameIn(image)?.about;
    return {
      id: image.ImageId,
      tags: image.Tags ?? [],
      managed: keptBy,
      ...(about && { within: { id: about, tags: {} } }),
    };
  },

  name({ image }) {
    const { about, slot } = setNameIn(image) ?? {};
    return about && `${tagIn(image, "Name") ?? about}, ${slot}`;
  },

  state: ({ image: { Name, State, CreationDate, BlockDeviceMappings = [] } }) => ({
    Name,
    State,
    CreationDate,
    snapshots: BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []).sort(),
  }),

  becomes: () => null,

  propose({ image: { ImageId }, standing: { spare, unknown } }) {
    const because = spare ?? unknown;
    if (!ImageId || because === undefined) return;
    return { because, call: deregister({ ImageId, DeleteAssociatedSnapshots: true }) };
  },
});
