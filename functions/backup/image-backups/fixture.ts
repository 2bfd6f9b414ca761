import {
  CreateImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  type Image,
  RunInstancesCommand,
  type Tag,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { imageMaker } from "../../../aws/ec2/image-backup.ts";
import { type ActionRecord, putAction } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange } from "../../../ledger/story.ts";
import { weekdays } from "../../../sdk/weekdays.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { type SetName, setId, tagOf } from "../backup-set.ts";
import { keepInWords } from "../retention.ts";

type Tags = Readonly<Record<string, string>>;
const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const instances: Readonly<Record<string, Tags>> = {
  web: { "backup-image": "yes", team: "web" },
  // An exemption that is meant for others: what changes something leaves it alone, a backup does not.
  exempt: { "backup-image": "yes", "nightshift:exempt": "owner=ann@example.com reason=mine" },
  "exempt-by-name": {
    "backup-image": "",
    "nightshift:exempt": "from=image-backups owner=ann@example.com",
  },
  // The plan of its volumes is another.
  "volumes-alone": { backup: "yes" },
  "misspelt-tag": { "backup-images": "yes" },
  gone: { "backup-image": "yes" },
  "imaged-by-hand": {},
};

export async function runInstances(aws: TestAccount, name: string, tags: Tags, count = 1) {
  const { Instances = [] } = await aws.client(EC2Client).send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      MinCount: count,
      MaxCount: count,
      TagSpecifications: [{ ResourceType: "instance", Tags: tagList({ Name: name, ...tags }) }],
    }),
  );
  return Instances.map(({ InstanceId = "" }) => InstanceId);
}

/** One set a month is kept, and what else the least number asks for. */
export const seededKeep = { hourly: 0, daily: 2, weekly: 0, monthly: 2, yearly: 0 };

interface MadeImage extends SetName {
  readonly ImageId: string;
  readonly SnapshotIds: readonly string[];
  /** As the settings said it. */
  readonly share?: object | undefined;
  /** AWS's word, where it refused to. */
  readonly notShared?: string | undefined;
}

/** What the ledger says of the making of an image. */
export function imageRecord({ account, region }: TestAccount, made: MadeImage): ActionRecord {
  const { about, slot, ImageId, SnapshotIds, share, notShared } = made;
  const refused = notShared === undefined ? {} : { notShared };
  const run = `${imageMaker}.${slot.replaceAll("-", "")}T013500.00000000`;
  return {
    unit: imageMaker,
    account,
    region,
    target: setId(made),
    within: about,
    id: `${run}.${about.slice(-10)}`,
    run,
    at: new Date(`${slot}T01:35:00Z`),
    because: "it had none",
    digest: "seeded",
    call: {
      operation: "flow:back-up-image",
      input: { about, slot, ...(share && { share }), keep: seededKeep },
    },
    undo: null,
    once: null,
    savesPerMonth: null,
    before: { slot, images: [] },
    outcome: "applied",
    output: { ImageId, SnapshotIds, ...refused },
    verified: true,
    held: null,
    error: null,
  };
}

export interface SeedImage extends SetName {
  /** What people call it. */
  readonly name: string;
  /** Whether the ledger knows of it. */
  readonly recorded?: boolean;
  /** What the ledger says was made, where it is another. */
  readonly recordedAs?: string;
  readonly share?: object;
  readonly notShared?: string;
}

/** An image as `image-backups` makes it. */
export async function seedImage(
  { aws, store }: { readonly aws: TestAccount; readonly store: Store },
  { about, slot, name, recorded = true, recordedAs, ...sharing }: SeedImage,
): Promise<MadeImage> {
  const ec2 = aws.client(EC2Client);
  const none = imageRecord(aws, { about, slot, ImageId: "", SnapshotIds: [] });
  const Tags = tagList({
    Name: name,
    [tagOf.unit]: imageMaker,
    [tagOf.about]: about,
    [tagOf.slot]: slot,
    [tagOf.keep]: keepInWords(seededKeep),
    [tagOf.action]: none.id,
    [tagOf.run]: none.run,
  });
  const { ImageId = "" } = await ec2.send(
    new CreateImageCommand({
      InstanceId: about,
      Name: `nightshift-${about}-${slot}`,
      TagSpecifications: [
        { ResourceType: "image", Tags },
        { ResourceType: "snapshot", Tags },
      ],
    }),
  );
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
  const mappings = Images[0]?.BlockDeviceMappings ?? [];
  const SnapshotIds = mappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  const made = { about, slot, ImageId, SnapshotIds };
  const record = imageRecord(aws, { ...made, ...sharing, ImageId: recordedAs ?? ImageId });
  if (recorded) await store.transact([putAction("unit", record), asLastChange("unit", record)]);
  return made;
}

const differing = /^nightshift:(action|run|token|backup-of)$/;

/** Without those that differ each time. */
const shown = ({ Tags = [] }: Image): string[] =>
  Tags.filter(({ Key = "" }) => !differing.test(Key))
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort();

/** The week began today: no test runs so long that another begins. */
const weekday = weekdays[(new Date().getUTCDay() + 6) % 7] ?? "monday";

export const fixture: AutomationFixture = {
  settings: {
    config: {
      every: "week",
      weekday,
      at: "00:00",
      share: { accounts: ["210987654321"] },
    },
  },
  async seed(aws, store) {
    const ec2 = aws.client(EC2Client);
    for (const [name, tags] of Object.entries(instances)) {
      const InstanceIds = await runInstances(aws, name, tags);
      const [about = ""] = InstanceIds;
      if (name === "gone") await seedImage({ aws, store }, { about, slot: "2026-11-01", name });
      if (name === "gone") await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
      if (name === "imaged-by-hand")
        await ec2.send(new CreateImageCommand({ InstanceId: InstanceIds[0], Name: "by hand" }));
    }
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
    const all = Reservations.flatMap(({ Instances = [] }) => Instances);
    return Object.fromEntries(
      Object.keys(instances).map((name) => {
        const instance = all.find(({ Tags = [] }) =>
          Tags.some(({ Key, Value }) => Key === "Name" && Value === name),
        );
        const own = Images.filter((each) => each.SourceInstanceId === instance?.InstanceId);
        return [name, own.map(shown).sort()];
      }),
    );
  },
  wrong: ["web", "exempt"],
  held: { "exempt-by-name": "exemption" },
};
