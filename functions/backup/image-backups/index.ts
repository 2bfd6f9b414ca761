/**
 * Makes an image (AMI) of instances in each slot: what instances can be started from as they were,
 * with all their volumes at one moment. What is backed up says a tag or a list. A slot has one image,
 * whatever is delivered twice: its name is the slot's, and EC2 takes no name twice. It counts when it
 * is available; one that fails is told with AWS's reason and taken back. Who else may start instances
 * from it the settings say. `prune-images` goes by the tags of it and of its snapshots, and by the
 * ledger.
 */
import type { Image } from "@aws-sdk/client-ec2";
import { describeImages, everyOwnImage } from "../../../aws/ec2/image.ts";
import { imageMaker } from "../../../aws/ec2/image-backup.ts";
import { automation } from "../../../sdk/automation.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { allOfThem } from "../../../sdk/named.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { setId, setNameIn, setNameOf, tagOf } from "../backup-set.ts";
import { keepInWords } from "../retention.ts";
import { slotAt } from "../slot.ts";
import { atRest, backUpImage } from "./back-up.ts";
import { imagePlan } from "./config.ts";
import { permissionsOf } from "./permissions.ts";
import {
  chosenInstances,
  instanceReads,
  instancesTold,
  type ProtectedInstance,
} from "./protected.ts";

const reads = [...instanceReads, describeImages] as const;
type Read = Reader<typeof reads>;

/** An instance, and what there is of a slot. */
interface FoundSlot extends ProtectedInstance {
  readonly slot: string;
  readonly reboot: boolean;
  /** What there is of this slot. */
  readonly images: readonly Image[];
}

async function imagesBySet(read: Read): Promise<Map<string, Image[]>> {
  const Filters = [{ Name: `tag:${tagOf.unit}`, Values: [imageMaker] }];
  const sets = new Map<string, Image[]>();
  for await (const image of read(describeImages({ ...everyOwnImage, Filters }))) {
    const name = setNameIn(image);
    if (!name) continue;
    const members = sets.get(setId(name)) ?? [];
    sets.set(setId(name), [...members, image]);
  }
  return sets;
}

const failed: ReadonlySet<string> = new Set(["failed", "invalid", "error", "deregistered"]);
const isThere = ({ State }: Image): boolean => !failed.has(State ?? "pending");

/** What EC2 makes no image of, or not as the settings want it. */
function blockedBy({ instance, tags, reboot }: FoundSlot): string | undefined {
  if (instance.RootDeviceType === "instance-store")
    return "its instance store, of which EC2 makes no image: use a root volume of EBS, or take it out of the plan";
  // What a stack made stays as it is when it is rebooted.
  const others = tags.filter(({ Key }) => Key !== "aws:cloudformation:stack-name");
  const group = reboot ? managedBy(others) : undefined;
  return group && `${group}, which may replace what is rebooted: set \`reboot\` to false`;
}

/** What failed and could not be taken back still has its name. */
function imageNameOf({ about, slot, images }: FoundSlot): string {
  const left = images.filter((image) => !isThere(image)).length;
  const again = left ? `.${left}` : "";
  return `nightshift-${about}-${slot}${again}`;
}

export default automation({
  id: imageMaker,
  family: "backup",
  summary: "Makes an image (AMI) of instances in each slot, and shares it as the settings say",
  on: [sweep("cron(35 * * * ? *)", { window: minutes(10) })],
  config: imagePlan,
  exemptByName: true,
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  named: ({ share }) => ({ shared_image: permissionsOf(share).length ? allOfThem : [] }),
  reads,
  writes: [backUpImage],
  lost: ["An image that an undo deregisters is gone, and with it what only its snapshots held."],

  remembers: [imageMaker],

  async *find({ read, only, config: chosen, now, region, regions, remembered, note }) {
    const asked = only?.flatMap((id) => setNameOf(id) ?? []);
    const current = slotAt(now, chosen).name;
    const abouts = asked && [...new Set(asked.map(({ about }) => about))];
    const [all, made] = await Promise.all([
      chosenInstances(read, chosen, abouts),
      imagesBySet(read),
    ]);
    const sets = [...made.keys()].flatMap((id) => setNameOf(id) ?? []);
    const looked = { all, sets, chosen, place: { region, regions }, remembered };
    if (!only) for (const words of await instancesTold(read, looked)) note(words);
    for (const each of all) {
      const { about } = each;
      const names = asked?.filter((name) => name.about === about) ?? [{ about, slot: current }];
      for (const { slot } of names) {
        const images = made.get(setId({ about, slot })) ?? [];
        yield { ...each, slot, reboot: chosen.reboot, images } satisfies FoundSlot;
      }
    }
  },

  target: (found) => ({
    id: setId(found),
    tags: {},
    within: { id: found.about, tags: found.tags },
    managed: blockedBy(found),
  }),

  name({ about, slot, tags }) {
    const name = tags.find(({ Key }) => Key === "Name")?.Value;
    return `${name ? `${name} (${about})` : about}, ${slot}`;
  },

  // By its name, as the flow writes it: what its flow made is then no reason for it to stop.
  state: ({ slot, images }) => ({
    slot,
    Name:
      images
        .filter(isThere)
        .map(({ Name }) => Name)
        .sort()
        .join(", ") || null,
  }),

  becomes: (found) => ({ slot: found.slot, Name: imageNameOf(found) }),

  propose(found, { config: { keep, reboot, share } }) {
    const { about, slot, tags, images } = found;
    if (images.some(isThere)) return;
    const name = tags.find(({ Key }) => Key === "Name")?.Value;
    return {
      because: `it has no image of the slot ${slot}; ${atRest(reboot)}`,
      call: backUpImage({
        about,
        slot,
        imageName: imageNameOf(found),
        reboot,
        share: { ...share },
        ...(name !== undefined && { name }),
        keep: { ...keep },
        keepText: keepInWords(keep),
      }),
    };
  },
});
