/**
 * Holds the newest images of `image-backups` to whom the plan shares them with: whoever was taken off
 * since is let in again, also after an image was disabled for a while, and those that the settings came
 * to name are let in to what is there already. Whom somebody else has let in is told, and shut out only
 * where the settings say `exactly`. The plan is what the newest image of an instance was made with, as
 * the ledger says it: an image that only its tags call ours is left alone.
 */
import type { Image, LaunchPermission } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeImageAttribute, describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import { imageMaker } from "../../../aws/ec2/image-backup.ts";
import { imageSharing } from "../../../aws/ec2/image-sharing.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { type SetName, setId, setNameIn, tagIn, tagOf } from "../backup-set.ts";
import { permittedName } from "../image-backups/permissions.ts";
import { plannedSharing } from "../image-backups/planned-sharing.ts";
import type { AskLedger } from "../sparing.ts";

const reads = [describeImages, describeImageAttribute] as const;
type Read = Reader<typeof reads>;
const modifySharing = imageSharing();

/** An image, and one of the ways in which its permissions may be off. */
export interface FoundSharing {
  readonly image: Image;
  readonly set: SetName;
  /** `planned`: those that are to be let in; `others`: those that are in beside them. */
  readonly way: "planned" | "others";
  readonly planned: readonly LaunchPermission[];
  readonly there: readonly LaunchPermission[];
}

/** What the ledger knows of the making of an image. */
interface MadeImage {
  readonly image: Image;
  readonly set: SetName;
  readonly planned: readonly LaunchPermission[];
  /** AWS has refused to share it, and that was told then. */
  readonly isRefused: boolean;
}

const made = z.object({ ImageId: z.string(), notShared: z.optional(z.string()) });

async function madeBy(remembered: AskLedger, image: Image): Promise<MadeImage | undefined> {
  const set = setNameIn(image);
  const record = set && (await remembered({ unit: imageMaker, target: setId(set) }));
  const output = made.safeParse(record?.output);
  if (!set || !output.success || output.data.ImageId !== image.ImageId) return undefined;
  const isRefused = output.data.notShared !== undefined;
  return { image, set, planned: plannedSharing(record), isRefused };
}

const newestFirst = (a: Image, b: Image): number =>
  (b.CreationDate ?? "").localeCompare(a.CreationDate ?? "") ||
  (tagIn(b, tagOf.slot) ?? "").localeCompare(tagIn(a, tagOf.slot) ?? "");

/** @returns of each instance its available images, the newest first */
async function imagesByInstance(read: Read): Promise<Image[][]> {
  const Filters = [
    { Name: `tag:${tagOf.unit}`, Values: [imageMaker] },
    { Name: "state", Values: ["available"] },
  ];
  const images = await Array.fromAsync(read(describeImages({ ...everyOwnImage, Filters })));
  const groups = Map.groupBy(images, (image) => setNameIn(image)?.about ?? "");
  return [...groups.values()].map((members) => members.toSorted(newestFirst));
}

/** An image is looked at for each way by itself. */
const othersOf = (ImageId: string): string => `${ImageId}/others`;
const targetOf = ({ image: { ImageId = "" }, way }: FoundSharing): string =>
  way === "others" ? othersOf(ImageId) : ImageId;

const namesOf = (permissions: readonly LaunchPermission[]): string[] =>
  permissions.map(permittedName).sort();

const without = (
  some: readonly LaunchPermission[],
  others: readonly LaunchPermission[],
): LaunchPermission[] => {
  const names = new Set(namesOf(others));
  return some.filter((each) => !names.has(permittedName(each)));
};

/** Of an instance those that are looked at, and how each is to be shared. */
async function heldToPlan(
  images: readonly Image[],
  newest: number,
  remembered: AskLedger,
): Promise<MadeImage[]> {
  const known: MadeImage[] = [];
  for (const image of images) {
    if (known.length >= newest) break;
    const each = await madeBy(remembered, image);
    if (each) known.push(each);
  }
  // What the settings say now the newest was made with.
  const planned = known[0]?.planned ?? [];
  return known.map((each) => ({ ...each, planned }));
}

/** So many images are asked about at once: EC2 answers for one at a time. */
const together = 8;

/** What is found goes on in parts of so many. */
const manyImages = 200;

/** An image that was asked about, and who is let in. */
type SharedImage = MadeImage & Pick<FoundSharing, "there">;

/** @returns in the order of `all`, without what was deregistered meanwhile */
async function permittedOf(read: Read, all: readonly MadeImage[]): Promise<SharedImage[]> {
  const answers = await concurrently(
    all,
    async (each): Promise<SharedImage[]> => {
      const { ImageId = "" } = each.image;
      const asked = describeImageAttribute({ ImageId, Attribute: "launchPermission" });
      const answer = await read(asked);
      return answer ? [{ ...each, there: answer.LaunchPermissions ?? [] }] : [];
    },
    { concurrency: together },
  );
  return answers.flat();
}

/** In which it is looked at: who may not be let in by AWS's word is not tried each day. */
function waysOf(
  { image, set, planned, isRefused, there }: SharedImage,
  exactly: boolean,
): FoundSharing[] {
  const found = { image, set, planned, there };
  return [
    ...(planned.length && !isRefused ? [{ ...found, way: "planned" as const }] : []),
    ...(exactly ? [{ ...found, way: "others" as const }] : []),
  ];
}

const strangersText = ({ image, set }: MadeImage, others: readonly LaunchPermission[]): string => {
  const names = namesOf(others).join(", ");
  const who = names === "all" ? "everybody" : names;
  return `${image.ImageId} of ${set.about}, ${set.slot}: ${who} may start instances from it, whom no plan names. To take that away: \`exactly\` in units.image-sharing.config.`;
};

export default automation({
  id: "image-sharing",
  family: "backup",
  summary: "Holds images of image-backups to whom the plan shares them with",
  on: [sweep("cron(20 5 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    exactly: z
      ._default(z.boolean(), false)
      .check(
        z.describe(
          "Whether those that somebody else has let in are shut out again. Without it they are told.",
        ),
      ),
    newest: z
      ._default(z.int().check(z.gte(1), z.lte(100)), 3)
      .check(z.describe("Of each instance so many of its newest images are looked at.")),
    mostADay: z
      ._default(z.int().check(z.gte(1), z.lte(5000)), 300)
      .check(
        z.describe(
          "More changes than this in a day are asked about first, in place of the settings' caps.",
        ),
      ),
  }),
  remembers: [imageMaker],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  reads,
  writes: [modifySharing],

  async *find({ read, only, config: { exactly, newest }, remembered, note }) {
    const isAsked = (ImageId: string): boolean =>
      !only || only.includes(ImageId) || only.includes(othersOf(ImageId));
    const held = await concurrently(
      await imagesByInstance(read),
      (images) => heldToPlan(images, newest, remembered),
      { concurrency: together },
    );
    const asked = held.flat().filter(({ image: { ImageId = "" } }) => isAsked(ImageId));
    for (const some of chunks(asked, manyImages))
      for (const each of await permittedOf(read, some)) {
        yield* waysOf(each, exactly);
        const others = without(each.there, each.planned);
        if (!exactly && !only && others.length) note(strangersText(each, others));
      }
  },

  target: (found) => ({
    id: targetOf(found),
    tags: found.image.Tags ?? [],
    within: { id: found.set.about, tags: {} },
  }),

  name: ({ image, set }) => `${tagIn(image, "Name") ?? set.about}, ${set.slot}`,

  state({ way, planned, there }) {
    const others = without(there, planned);
    const shown = way === "others" ? others : without(there, others);
    return { way, names: namesOf(shown) };
  },

  becomes: ({ way, planned }) => ({ way, names: way === "others" ? [] : namesOf(planned) }),

  propose({ image: { ImageId }, set, way, planned, there }) {
    if (way === "others") {
      const Remove = without(there, planned);
      if (!Remove.length) return;
      return {
        because: `${namesOf(Remove).join(", ")} may start instances from it, whom the plan of ${set.about} does not name`,
        call: modifySharing({ ImageId, LaunchPermission: { Remove } }),
      };
    }
    const Add = without(planned, there);
    if (!Add.length) return;
    return {
      because: `${namesOf(Add).join(", ")} may not start instances from it, whom the plan of ${set.about} names`,
      call: modifySharing({ ImageId, LaunchPermission: { Add } }),
    };
  },
});
