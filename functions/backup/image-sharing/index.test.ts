import {
  DeregisterImageCommand,
  DisableImageCommand,
  EC2Client,
  EnableImageCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { undo } from "../../../engine/run/undo.ts";
import type { Store } from "../../../ledger/store.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { notesIn } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { tagOf } from "../backup-set.ts";
import { runInstances, type SeedImage, seedImage } from "../image-backups/fixture.ts";
import { letIn, permittedOf } from "./fixture.ts";
import unit, { type FoundSharing } from "./index.ts";

const [ann, bob, eve] = ["210987654321", "310987654321", "410987654321"];
const shareWith = (...accounts: readonly string[]) => ({ share: { accounts } });
const permissionsOf = (...ids: readonly string[]) => ids.map((UserId) => ({ UserId }));

describe("what is proposed", () => {
  const found = (more: Partial<FoundSharing>): FoundSharing => ({
    image: { ImageId: "ami-1" },
    set: { about: "i-1", slot: "2026-11-21" },
    way: "planned",
    planned: permissionsOf(ann, bob),
    there: [],
    ...more,
  });
  test("those that the plan names and that are not in are let in, and nobody else", () =>
    expect(proposeFor(unit, found({ there: permissionsOf(bob, eve) }))).toMatchObject({
      because: `${ann} may not start instances from it, whom the plan of i-1 names`,
      call: { input: { ImageId: "ami-1", LaunchPermission: { Add: [{ UserId: ann }] } } },
    }));
  test("of organizations and units the same, by their ARNs", () => {
    const organization = "arn:aws:organizations::123456789012:organization/o-abcdefghij";
    const planned = [{ OrganizationArn: organization }];
    expect(proposeFor(unit, found({ planned, there: planned }))).toBeUndefined();
    expect(proposeFor(unit, found({ planned }))).toMatchObject({
      call: { input: { LaunchPermission: { Add: planned } } },
    });
  });
  test("those whom the plan does not name are shut out, everybody among them, and nobody whom it names", () => {
    const there = [...permissionsOf(ann, eve), { Group: "all" as const }];
    expect(proposeFor(unit, found({ way: "others", there }))).toMatchObject({
      because: `${eve}, all may start instances from it, whom the plan of i-1 does not name`,
      call: { input: { LaunchPermission: { Remove: [{ UserId: eve }, { Group: "all" }] } } },
    });
  });
  test("nothing where all is as the plan says, in either way", () => {
    const there = permissionsOf(bob, ann);
    expect(proposeFor(unit, found({ there }))).toBeUndefined();
    expect(proposeFor(unit, found({ way: "others", there }))).toBeUndefined();
  });
});

/** Images of one instance, the last of them the newest. */
async function opened(
  images: readonly (Partial<SeedImage> & { readonly there?: readonly string[] })[],
  config: Readonly<Record<string, unknown>> = {},
) {
  const ids: string[] = [];
  let instance = "";
  const seed = async (aws: TestAccount, store: Store) => {
    const [about = ""] = await runInstances(aws, "web", {});
    instance = about;
    for (const [at, { there = [], ...more }] of images.entries()) {
      const slot = `2026-11-${String(10 + at)}`;
      const { ImageId } = await seedImage({ aws, store }, { about, slot, name: "web", ...more });
      if (there.length) await letIn(aws.client(EC2Client), ImageId, permissionsOf(...there));
      ids.push(ImageId);
    }
  };
  const delivery = await open(unit, seed, { mode: "act", config }, true);
  onTestFinished(() => delivery.close());
  const ec2 = delivery.aws.client(EC2Client);
  const permitted = () => Promise.all(ids.map((id) => permittedOf(ec2, id)));
  return { delivery, ids, about: instance, ec2, permitted };
}

const calls = ({ proxy }: Awaited<ReturnType<typeof opened>>["delivery"], name: string) =>
  proxy.calls.filter(({ operation }) => operation === name);

test("what the settings came to name is let in to the newest images that are there, by what the newest was made with", async () => {
  const old = { ...shareWith(ann), there: [ann] };
  const { delivery, permitted } = await opened(
    [old, old, { ...shareWith(ann, bob), there: [ann, bob] }],
    {
      newest: 2,
    },
  );
  const run = await delivery.deliver();
  expect(run.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  // The oldest is not among the newest two.
  expect(await permitted()).toEqual([[ann], [ann, bob], [ann, bob]]);
});

test("what the settings no longer name is told, and taken off only where they say exactly", async () => {
  const images = [
    { ...shareWith(ann, bob), there: [ann, bob] },
    { ...shareWith(ann), there: [ann] },
  ];
  const told = await opened(images);
  const run = await told.delivery.deliver();
  expect(run.actions).toEqual([]);
  expect(await notesIn(told.delivery)).toEqual([
    expect.stringMatching(new RegExp(`^${told.ids[0]} of i-\\w+, 2026-11-10: ${bob} may start `)),
  ]);
  expect(await told.permitted()).toEqual([[ann, bob], [ann]]);
  const taken = await opened(images, { exactly: true });
  await taken.delivery.deliver();
  expect(await taken.permitted()).toEqual([[ann], [ann]]);
  expect(await notesIn(taken.delivery)).toEqual([]);
});

test("one that somebody made public is told as everybody's", async () => {
  const { delivery, ids, ec2 } = await opened([{}]);
  await letIn(ec2, ids[0] ?? "", [{ Group: "all" }]);
  await delivery.deliver();
  expect(await notesIn(delivery)).toEqual([expect.stringContaining("everybody may start")]);
});

test("one off in both ways is put right in both, each by a change of its own", async () => {
  const { delivery, permitted } = await opened([{ ...shareWith(ann, bob), there: [ann, eve] }], {
    exactly: true,
  });
  const run = await delivery.deliver();
  expect(run.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
    ["applied", true],
  ]);
  expect(await permitted()).toEqual([[ann, bob]]);
  expect((await delivery.deliver({ start: { ...delivery.start, key: "again" } })).actions).toEqual(
    [],
  );
});

test("an undo puts back exactly who was in, and the next sweep leaves that", async () => {
  const { delivery, permitted } = await opened([{ ...shareWith(ann, bob), there: [ann, eve] }], {
    exactly: true,
  });
  const run = await delivery.deliver();
  const take = (confirms?: string) => undo(unit, run.id, { by: "ann", confirms }, delivery.host());
  const first = await take();
  const undone = first.confirm === undefined ? first : await take(first.confirm);
  expect(undone.actions.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
  expect(await permitted()).toEqual([[ann, eve]]);
  await delivery.deliver({ start: { ...delivery.start, key: "again" } });
  expect(await permitted()).toEqual([[ann, eve]]);
});

test("whom a disabled image lost comes back once it is enabled, and not before", async () => {
  const { delivery, ids, ec2, permitted } = await opened([shareWith(ann)]);
  const [ImageId] = ids;
  await ec2.send(new DisableImageCommand({ ImageId }));
  expect((await delivery.deliver()).actions).toEqual([]);
  await ec2.send(new EnableImageCommand({ ImageId }));
  await delivery.deliver({ start: { ...delivery.start, key: "enabled" } });
  expect(await permitted()).toEqual([[ann]]);
});

test("an image whose slot's backup is still under way, or that only its tags call ours, is nobody's to share", async () => {
  const { delivery, permitted } = await opened([
    { ...shareWith(ann), recorded: false },
    { ...shareWith(ann), recordedAs: "ami-0000000000000001" },
  ]);
  expect((await delivery.deliver()).actions).toEqual([]);
  expect(await permitted()).toEqual([[], []]);
});

test("what AWS has refused to share once is not tried each day", async () => {
  const { delivery } = await opened([{ ...shareWith(ann), notShared: "InvalidParameter" }]);
  expect((await delivery.deliver()).actions).toEqual([]);
  expect(calls(delivery, "ModifyImageAttribute")).toEqual([]);
});

test("one that is deregistered between two reads is gone, and the others go on", async () => {
  const { delivery, ids, ec2, permitted } = await opened([shareWith(ann), shareWith(ann)]);
  const reads = () => calls(delivery, "DescribeImageAttribute").length;
  delivery.proxy.fault(
    ({ operation }) => operation === "DescribeImageAttribute" && reads() === 1,
    "refused:InvalidAMIID.NotFound",
    { times: 1 },
  );
  const run = await delivery.deliver();
  expect(run.actions).toHaveLength(1);
  await ec2.send(new DeregisterImageCommand({ ImageId: ids[0] }));
  expect((await permitted().catch(() => [])).length).toBeLessThan(2);
});

test.each(["DescribeImages", "DescribeImageAttribute"])(
  "%s is denied: the run fails, and nothing is let in or told as a stranger's",
  async (name) => {
    const { delivery } = await opened([{ ...shareWith(ann), there: [eve] }], { exactly: true });
    delivery.proxy.fault(({ operation }) => operation === name, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(calls(delivery, "ModifyImageAttribute")).toEqual([]);
    expect(await notesIn(delivery)).toEqual([]);
  },
);

test("an account that AWS does not know fails its own image alone, with AWS's word", async () => {
  const { delivery, permitted } = await opened([shareWith(ann), shareWith(ann)]);
  delivery.proxy.fault(
    ({ operation }) => operation === "ModifyImageAttribute",
    "refused:InvalidAMIAttributeItemValue",
    { times: 1 },
  );
  const run = await delivery.deliver();
  expect(run.actions.map(({ outcome, error }) => error ?? outcome).sort()).toEqual([
    expect.stringContaining("InvalidAMIAttributeItemValue"),
    "applied",
  ]);
  expect((await permitted()).flat()).toEqual([ann]);
});

test.each([{ newest: 0 }, { exactly: "yes" }, { mostADay: 0 }, { share: {} }])(
  "config %o is refused",
  (config) => expect(unit.config.safeParse(config).success).toBe(false),
);

test("of 40 instances eight are asked about at once, and what is found comes in their order", async () => {
  const images = Array.from({ length: 40 }, (_, at) => ({
    ImageId: `ami-${at}`,
    Tags: [
      { Key: tagOf.about, Value: `i-${at}` },
      { Key: tagOf.slot, Value: "2026-11-21" },
    ],
  }));
  let now = 0;
  let most = 0;
  const read = ({ operation }: { operation: string }) => {
    if (operation === "ec2:DescribeImages") return images;
    most = Math.max(most, ++now);
    return new Promise((resolve) => {
      setImmediate(() => {
        now--;
        resolve({ LaunchPermissions: [] });
      });
    });
  };
  const remembered = async ({ target }: { target: string }) => ({
    action: "a",
    call: { input: shareWith(ann) },
    output: { ImageId: target.replace("i-", "ami-").split("@")[0] },
  });
  const search = { read, remembered, only: undefined, config: unit.config.parse({}), note() {} };
  const found = await Array.fromAsync(unit.find(search as never) as AsyncIterable<FoundSharing>);
  expect(found.map(({ image }) => image.ImageId)).toEqual(images.map(({ ImageId }) => ImageId));
  expect(most).toBe(8);
});
