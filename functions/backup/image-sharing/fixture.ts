import {
  CreateTagsCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DisableImageCommand,
  EC2Client,
  type LaunchPermission,
  ModifyImageAttributeCommand,
} from "@aws-sdk/client-ec2";
import type { Store } from "../../../ledger/store.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { runInstances, type SeedImage, seedImage } from "../image-backups/fixture.ts";
import { permittedName } from "../image-backups/permissions.ts";

const [planned, alsoPlanned, stranger] = ["210987654321", "310987654321", "410987654321"];
const share = { accounts: [planned, alsoPlanned] };

interface Seeded {
  /** Who is let in. */
  readonly there: readonly string[];
  readonly more?: Partial<SeedImage>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly isDisabled?: true;
}

const both = [planned, alsoPlanned] as const;

/** By their names for people: each of an instance of its own. */
const images: Readonly<Record<string, Seeded>> = {
  "as planned": { there: both, more: { share } },
  "one taken off": { there: [planned], more: { share } },
  "all taken off": { there: [], more: { share } },
  "one beside": { there: [...both, stranger], more: { share } },
  "shared with nobody": { there: [], more: {} },
  exempt: { there: [], more: { share }, tags: { "nightshift:exempt": "owner=ann@example.com" } },
  // Anybody may write a tag.
  "made up by tags": { there: [], more: { share, recorded: false } },
  "another in its place": { there: [], more: { share, recordedAs: "ami-0000000000000001" } },
  "refused by AWS": { there: [], more: { share, notShared: "InvalidParameter: its key is AWS's" } },
  disabled: { there: [], more: { share }, isDisabled: true },
};

export const letIn = (ec2: EC2Client, ImageId: string, Add: readonly LaunchPermission[]) =>
  ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add: [...Add] } }));

async function seedShared(aws: TestAccount, store: Store, name: string): Promise<void> {
  const { there, more, tags = {}, isDisabled } = images[name] as Seeded;
  const ec2 = aws.client(EC2Client);
  const [about = ""] = await runInstances(aws, name, {});
  const { ImageId } = await seedImage({ aws, store }, { about, slot: "2026-11-21", name, ...more });
  if (there.length)
    await letIn(
      ec2,
      ImageId,
      there.map((UserId) => ({ UserId })),
    );
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length) await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
  if (isDisabled) await ec2.send(new DisableImageCommand({ ImageId }));
}

export async function permittedOf(ec2: EC2Client, ImageId: string): Promise<string[]> {
  const asked = { ImageId, Attribute: "launchPermission" as const };
  const { LaunchPermissions = [] } = await ec2.send(new DescribeImageAttributeCommand(asked));
  return LaunchPermissions.map(permittedName).sort();
}

export const fixture: AutomationFixture = {
  settings: { config: { exactly: true } },
  async seed(aws, store) {
    for (const name of Object.keys(images)) await seedShared(aws, store, name);
  },
  async look(aws) {
    const ec2 = aws.client(EC2Client);
    const asked = { Owners: ["self"], IncludeDisabled: true };
    const { Images = [] } = await ec2.send(new DescribeImagesCommand(asked));
    const entries = Images.map(async ({ ImageId = "", State, Tags = [] }) => {
      const name = Tags.find(({ Key }) => Key === "Name")?.Value ?? "";
      return [name, { State, permitted: await permittedOf(ec2, ImageId) }] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  },
  wrong: ["one taken off", "all taken off", "one beside"],
  held: { exempt: "exemption" },
};
