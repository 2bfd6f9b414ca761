/** What people reported against tools that make images of instances: none of it happens here. */
import {
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { actionsOf } from "../../../ledger/actions.ts";
import { hours } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { slotJustBegun } from "../../../test/setup/slot.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { messages, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { slotAt } from "../slot.ts";
import { imagePlan } from "./config.ts";
import { runInstances } from "./fixture.ts";
import unit from "./index.ts";

type Seed = (aws: TestAccount) => Promise<unknown>;

async function opened(seed: Seed, config: object = {}): Promise<TestDelivery> {
  const settings = { config: { ...slotJustBegun(), ...config } };
  const delivery = await open(unit, seed, settings, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

const ec2Of = ({ aws }: TestDelivery) => aws.client(EC2Client);
const imagesIn = async (delivery: TestDelivery) =>
  (await ec2Of(delivery).send(new DescribeImagesCommand({ Owners: ["self"] }))).Images ?? [];
const asked = ({ proxy }: TestDelivery) =>
  proxy.calls.filter(({ operation }) => operation === "CreateImage");
const web =
  (tags: Readonly<Record<string, string>> = {}, count = 1): Seed =>
  (aws) =>
    runInstances(aws, "web", { "backup-image": "", ...tags }, count);

test("nothing of the instance is said anew: root device, sizes, what goes with it, boot mode and TPM stay EC2's word", async () => {
  const delivery = await opened(web());
  await delivery.ended(await delivery.deliver());
  const names = new Set(
    Object.keys(asked(delivery)[0]?.parameters ?? {}).map((name) => name.split(".")[0]),
  );
  expect([...names].sort()).toEqual(
    expect.arrayContaining(["Description", "InstanceId", "Name", "NoReboot", "TagSpecification"]),
  );
  const others = ["BlockDeviceMapping", "BootMode", "TpmSupport", "RootDeviceName", "DryRun"];
  expect(others.filter((name) => names.has(name))).toEqual([]);
});

test("two instances of one name have an image each, whatever people write in that name", async () => {
  const Name = `Web-Server «prod» ${"x".repeat(200)}`;
  const delivery = await opened(web({ Name }, 2));
  await delivery.ended(await delivery.deliver());
  const images = await imagesIn(delivery);
  expect(new Set(images.map((each) => each.Name)).size).toBe(2);
  for (const each of images) expect(each.Tags).toContainEqual({ Key: "Name", Value: Name });
});

test.each(["hour", "day", "week", "month", "year"] as const)(
  "the name of a slot of each %s is one that EC2 takes",
  (every) => {
    const { name: slot } = slotAt(
      new Date("2026-10-25T01:30:00Z"),
      imagePlan.parse({ every, timeZone: "Europe/Berlin" }),
    );
    const instance = { InstanceId: "i-0123456789abcdef0" };
    const found = { about: "i-0123456789abcdef0", tags: [], instance, slot, images: [] };
    const proposal = proposeFor(unit, { ...found, reboot: false });
    expect(proposal?.call.input).toMatchObject({
      imageName: expect.stringMatching(/^[A-Za-z0-9()[\] ./'@_-]{3,128}$/),
    });
  },
);

test("a stopped instance is backed up too, and is not started for it", async () => {
  const delivery = await opened(async (aws) => {
    const InstanceIds = await runInstances(aws, "web", { "backup-image": "" });
    await aws.client(EC2Client).send(new StopInstancesCommand({ InstanceIds }));
  });
  await delivery.ended(await delivery.deliver());
  expect(await imagesIn(delivery)).toHaveLength(1);
  const { Reservations = [] } = await ec2Of(delivery).send(new DescribeInstancesCommand({}));
  expect(Reservations.flatMap(({ Instances = [] }) => Instances)[0]?.State?.Name).toBe("stopped");
});

describe("what AWS does to an image", () => {
  const becomes = (Value: string) => web({ "image-becomes": Value });

  test("one that is pending for days is given up after them, told and taken back, and is no backup", async () => {
    const delivery = await opened(becomes("pending"));
    const run = await delivery.deliver();
    await delivery.flows.carryNext();
    await delivery.later(hours(90));
    await delivery.flows.carryAll();
    const [record] = await actionsOf(delivery.store, "unit", unit.id, run.id);
    expect([record?.outcome, record?.error]).toEqual([
      "failed",
      expect.stringMatching(/the image is no longer being made/),
    ]);
    expect(await imagesIn(delivery)).toEqual([]);
    expect((await messages(delivery)).at(-1)).toMatchObject({ severity: "critical" });
  });

  test.each([
    ["its key is AWS's own", "InvalidParameter"],
    ["it is of the Marketplace", "OperationNotPermitted"],
    ["an account that there is not", "InvalidAMIAttributeItemValue"],
  ])(
    "%s: it cannot be shared, is a backup all the same, and that is told once",
    async (_, code) => {
      const delivery = await opened(web(), { share: { accounts: ["210987654321"] } });
      delivery.proxy.fault(
        ({ operation }) => operation === "ModifyImageAttribute",
        `refused:${code}`,
      );
      await delivery.ended(await delivery.deliver());
      expect(await imagesIn(delivery)).toHaveLength(1);
      const told = (await messages(delivery)).filter(({ title }) => /not be shared/.test(title));
      expect(told).toMatchObject([
        { severity: "warning", facts: { why: expect.stringMatching(code) } },
      ]);
    },
  );
});

test("an image that somebody's tags give to another instance is missed: its slot is proposed again", async () => {
  const delivery = await opened(web({}, 1));
  const [about = ""] = (await delivery.deliver()).actions.map(({ target }) => target.split("@")[0]);
  await delivery.flows.carryAll();
  const [image] = await imagesIn(delivery);
  await ec2Of(delivery).send(
    new CreateTagsCommand({
      Resources: [image?.ImageId ?? ""],
      Tags: [{ Key: "nightshift:backup-of", Value: "i-00000000000000000" }],
    }),
  );
  const again = await delivery.deliver({ start: { ...delivery.start, key: "again" } });
  expect(again.actions.map(({ target }) => target.split("@")[0])).toEqual([about]);
});
