import {
  CreateTagsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  ModifyImageAttributeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { planRun } from "../../../engine/run/plan.ts";
import type { Store } from "../../../ledger/store.ts";
import { days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { slotJustBegun } from "../../../test/setup/slot.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { tagIn, tagOf } from "../backup-set.ts";
import { runInstances, seedImage } from "../image-backups/fixture.ts";
import imageBackups from "../image-backups/index.ts";
import unit from "./index.ts";

const day = 86_400_000;
const nights = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    new Date(Date.UTC(2026, 10, 21) - at * day).toISOString().slice(0, 10),
  ).reverse();

/** An instance with an image of each of the last nights. */
async function opened(count: number, mode: "act" | "ask" = "act") {
  const ids = new Map<string, string>();
  const seed = async (aws: TestAccount, store: Store) => {
    const [about = ""] = await runInstances(aws, "web", {});
    for (const slot of nights(count))
      ids.set(slot, (await seedImage({ aws, store }, { about, slot, name: slot })).ImageId);
  };
  const delivery = await open(unit, seed, { mode, config: { atLeast: 2 } }, true);
  onTestFinished(() => delivery.close());
  const ec2 = delivery.aws.client(EC2Client);
  const slots = async () => {
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
    return Images.flatMap((each) => tagIn(each, tagOf.slot) ?? []).sort();
  };
  const snapshots = async () => {
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    return Snapshots.flatMap((each) => tagIn(each, tagOf.slot) ?? []).sort();
  };
  const acting = () => delivery.host({ irreversible: "act" });
  return { delivery, ids, ec2, slots, snapshots, acting };
}

describe("what is proposed", () => {
  const image = { ImageId: "ami-1" };
  test("what is spare, with its snapshots, and why", () =>
    expect(
      proposeFor(unit, { image, standing: { spare: "too many" }, keptBy: undefined }),
    ).toMatchObject({
      because: "too many",
      call: { input: { ImageId: "ami-1", DeleteAssociatedSnapshots: true } },
    }));
  test("nothing of what is kept", () =>
    expect(proposeFor(unit, { image, standing: {}, keptBy: undefined })).toBeUndefined());
});

test("what cannot be undone asks first, and shows what would go and what stays", async () => {
  const { delivery, slots } = await opened(5);
  const run = await delivery.deliver();
  expect(run.outcome).toBe("waiting");
  expect(run.actions.map(({ because }) => because)).toEqual(
    Array(run.actions.length).fill(
      expect.stringMatching(
        /^the retention \(daily=2 monthly=2, at least 2\) no longer asks for it; 3 sets of i-\w+ stay, the newest of 2026-11-21$/,
      ),
    ),
  );
  expect(await slots()).toHaveLength(5);
});

test("images go with their snapshots, those that are kept keep theirs, and a second sweep takes none", async () => {
  const { delivery, slots, snapshots, acting } = await opened(5);
  const run = await delivery.deliver({ host: acting() });
  expect(run.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
    ["applied", true],
  ]);
  const kept = ["2026-11-17", "2026-11-20", "2026-11-21"];
  expect([await slots(), await snapshots()]).toEqual([kept, kept]);
  const start = { ...delivery.start, key: "again" };
  expect((await delivery.deliver({ host: acting(), start })).actions).toEqual([]);
});

test.each([
  "DescribeImages",
  "DescribeInstances",
  "DescribeLaunchTemplateVersions",
  "DescribeAutoScalingGroups",
  "DescribeImageReferences",
  "DescribeImageAttribute",
  "DescribeSnapshots",
  "DescribeLockedSnapshots",
  "DescribeSnapshotAttribute",
])(
  "a listing that fails (%s) is no sign that nothing uses one: nothing goes",
  async (operation) => {
    const { delivery, slots, acting } = await opened(4);
    delivery.proxy.fault((call) => call.operation === operation, "denied", { times: 1 });
    await expect(delivery.deliver({ host: acting() })).rejects.toThrow();
    expect(await slots()).toHaveLength(4);
  },
);

test("the newest was deregistered by hand: the one before is then the last good one, and stays", async () => {
  const { delivery, ids, ec2, slots, acting } = await opened(3);
  await ec2.send(new DeregisterImageCommand({ ImageId: ids.get("2026-11-21") }));
  await delivery.deliver({ host: acting() });
  expect(await slots()).toEqual(["2026-11-19", "2026-11-20"]);
});

describe("whoever may start instances from it", () => {
  const letIn = (ec2: EC2Client, ImageId: string | undefined, UserId: string) =>
    ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add: [{ UserId }] } }));
  test("by somebody's own word keeps it, and is named", async () => {
    const { delivery, ids, ec2, acting } = await opened(4);
    await letIn(ec2, ids.get("2026-11-19"), "210987654321");
    const run = await delivery.deliver({ host: acting() });
    expect(run.actions.flatMap(({ held }) => held?.why ?? [])).toEqual([
      expect.stringContaining("whom it is shared with (210987654321)"),
    ]);
  });

  test("by the plan's word does not: what image-backups made and shared goes in its time", async () => {
    const keep = { hourly: 0, daily: 2, weekly: 0, monthly: 0, yearly: 0 };
    const config = { ...slotJustBegun(), keep, share: { accounts: ["210987654321"] } };
    const seed = (aws: TestAccount) => runInstances(aws, "web", { "backup-image": "" });
    const delivery = await open(imageBackups, seed, { config }, true);
    onTestFinished(() => delivery.close());
    for (const key of ["night-1", "night-2", "night-3", "night-4"]) {
      const at = delivery.host().clock.now();
      await delivery.ended(await delivery.deliver({ start: { ...delivery.start, key, at } }));
      await delivery.later(days(1));
    }
    const host = delivery.host({ id: unit.id, config: { atLeast: 1 } });
    const { proposals } = await planRun(unit, delivery.start, host);
    expect(proposals.map(({ call, held }) => [call.operation, held])).toEqual([
      ["ec2:DeregisterImage", null],
      ["ec2:DeregisterImage", null],
    ]);
  });
});

test("what comes to be held between the plan and the deregistration stays", async () => {
  const { delivery, ids, ec2, slots, acting } = await opened(4);
  let looks = 0;
  const slow = {
    ...unit,
    async *find(search: Parameters<typeof unit.find>[0]) {
      if (search.only && looks++ === 0)
        await ec2.send(
          new CreateTagsCommand({
            Resources: [...ids.values()],
            Tags: [{ Key: tagOf.hold, Value: "case 7" }],
          }),
        );
      yield* unit.find(search) as AsyncIterable<never>;
    },
  };
  const { run: carryOut } = await import("../../../engine/run/run.ts");
  const run = await carryOut(slow as never, delivery.start, acting());
  expect(new Set(run.actions.map(({ outcome, held }) => held?.by ?? outcome))).toEqual(
    new Set(["managed"]),
  );
  expect(await slots()).toHaveLength(4);
});

test.each([{ atLeast: 0 }, { atleast: 3 }, { mostADay: 0 }, { unusedDays: -1 }])(
  "config %o is refused",
  (config) => expect(unit.config.safeParse(config).success).toBe(false),
);
