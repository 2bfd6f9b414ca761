/** A time of grace around a flow: what its owner may do in it, and what becomes of it then. */
import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeTagsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { markOn } from "../../aws/ec2/mark.ts";
import { actionsOf } from "../../ledger/actions.ts";
import { type AnyAutomation, automation } from "../../sdk/automation.ts";
import { grace, graceTag } from "../../sdk/grace.ts";
import { days } from "../../sdk/time.ts";
import { open } from "../../test/setup/delivery.ts";
import { makeVolumes, reapingIn, snapshotsIn, volumesIn } from "../../test/setup/reaping.ts";
import { messages } from "../../testing/delivery.ts";

async function graced(first = days(7)) {
  let span = first;
  let ids: string[] = [];
  const unit = automation({
    ...reapingIn({ pending: 0 }),
    grace: grace({ span: () => span, atMost: days(30), mark: markOn("volume/*") }),
  } as never) as AnyAutomation;
  const delivery = await open(
    unit,
    async (aws) => {
      ids = await makeVolumes(aws, "wrong");
      const Tags = [{ Key: "owner", Value: "ann" }];
      await aws.client(EC2Client).send(new CreateTagsCommand({ Resources: ids, Tags }));
    },
    { routedTags: ["owner"] },
    true,
  );
  onTestFinished(() => delivery.close());
  const ec2 = delivery.aws.client(EC2Client);
  const marks = async () => {
    const Filters = [{ Name: "key", Values: [graceTag] }];
    const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters }));
    return Tags.map(({ Value }) => Value);
  };
  const run = await delivery.deliver();
  /** Until the mark is there and the owner told. */
  const begin = async () => {
    for (let call = 0; call < 5 && !(await told()).length; call += 1)
      await delivery.flows.carryNext();
  };
  const told = async () => (await messages(delivery)).filter(({ kind }) => kind === "report");
  const end = async () => {
    await delivery.flows.carryAll();
    const [record] = await actionsOf(delivery.store, "unit", unit.id, run.id);
    return { record, volumes: await volumesIn(delivery.aws), marks: await marks() };
  };
  const Resources = ids;
  return {
    delivery,
    ec2,
    Resources,
    marks,
    begin,
    told,
    end,
    setSpan(changed: typeof span): void {
      span = changed;
    },
  };
}

describe("a time of grace", { timeout: 600_000 }, () => {
  test("marks, tells the owner once, waits all of it, and acts", async () => {
    const { delivery, begin, told, marks, end } = await graced(days(2));
    await begin();
    const [message] = await told();
    expect(message).toMatchObject({ tags: { owner: ["ann"] }, severity: "warning" });
    expect(message?.facts).toMatchObject({
      because: "it is wrong",
      "to keep it": expect.stringContaining("npx nightshift exempt vol-"),
    });
    expect(await marks()).toEqual([expect.stringMatching(/^not before \d{4}-\d\d-\d\d /)]);
    expect(await volumesIn(delivery.aws)).toEqual(["wrong"]);
    const { record, volumes } = await end();
    expect([record?.outcome, volumes]).toEqual(["applied", []]);
    expect(await told()).toHaveLength(1);
    const took = delivery.host().clock.now().getTime() - (message?.at.getTime() ?? 0);
    expect(took).toBeGreaterThanOrEqual(2 * 86_400_000);
  });

  test("ends when the mark is taken off, and does not ask again the next night", async () => {
    const { delivery, ec2, Resources, begin, end, told } = await graced();
    await begin();
    await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: graceTag }] }));
    const { record, volumes, marks } = await end();
    expect(record?.held).toMatchObject({
      by: "owner",
      why: expect.stringContaining("somebody keeps it"),
    });
    expect([volumes, marks]).toEqual([["wrong"], []]);
    expect(await snapshotsIn(delivery.aws)).toEqual([]);
    const again = await delivery.deliver({
      start: {
        kind: "sweep",
        key: "slot-2",
        region: delivery.aws.region,
        at: delivery.host().clock.now(),
      },
    });
    expect(again.actions.map(({ held }) => held?.by)).toEqual(["owner"]);
    expect(await told()).toHaveLength(1);
  });

  test("that died right after its last write has acted, and its owner is not asked anew", async () => {
    const { delivery, begin, end, told } = await graced(days(2));
    await begin();
    const last = ({ operation }: { readonly operation: string }) => operation === "DeleteVolume";
    delivery.proxy.fault(last, "killedAfter", { times: 1 });
    await expect(delivery.flows.carryAll()).rejects.toThrow();
    delivery.proxy.revive();
    // Begun again from its beginning, by whoever finds it.
    delivery.flows.lose();
    const { record, volumes } = await end();
    expect([record?.outcome, record?.held, volumes]).toEqual(["applied", null, []]);
    expect(await told()).toHaveLength(1);
  });

  test("ends when it is exempted meanwhile", async () => {
    const { ec2, Resources, begin, end } = await graced();
    await begin();
    const Tags = [{ Key: "nightshift:exempt", Value: "until=2999-01-01 owner=ann reason=mine" }];
    await ec2.send(new CreateTagsCommand({ Resources, Tags }));
    const { record, volumes, marks } = await end();
    expect([record?.held?.by, volumes, marks]).toEqual(["exemption", ["wrong"], []]);
  });

  test("that is shortened meanwhile is begun anew, never cut", async () => {
    const { setSpan, begin, end } = await graced();
    await begin();
    setSpan(days(1));
    const { record, volumes, marks } = await end();
    expect([record?.held?.by, volumes, marks]).toEqual(["changed", ["wrong"], []]);
  });

  test("ends when its target is gone", async () => {
    const { ec2, Resources, begin, end } = await graced();
    await begin();
    await ec2.send(new DeleteVolumeCommand({ VolumeId: Resources[0] }));
    const { record } = await end();
    expect(record?.held).toMatchObject({ by: "changed", why: expect.stringContaining("is gone") });
  });

  test("a mark that somebody made by hand hastens nothing, and one made over ours keeps it", async () => {
    const { ec2, Resources, begin, end } = await graced();
    const Tags = [{ Key: graceTag, Value: "not before 2001-01-01" }];
    await begin();
    await ec2.send(new CreateTagsCommand({ Resources, Tags }));
    const { record, volumes, marks } = await end();
    expect([record?.held?.by, volumes]).toEqual(["owner", ["wrong"]]);
    expect(marks).toEqual(["not before 2001-01-01"]);
  });

  test("of nothing acts at once", async () => {
    const { delivery, end, told } = await graced(days(0));
    const began = delivery.host().clock.now().getTime();
    expect((await end()).volumes).toEqual([]);
    expect(await told()).toEqual([]);
    expect(delivery.host().clock.now().getTime() - began).toBeLessThan(86_400_000);
  });
});
