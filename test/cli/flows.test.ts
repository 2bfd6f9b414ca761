/** A flow as the command line shows it, while it is under way and when it has ended; and how it is stopped. */
import { DeleteTagsCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { fixture } from "../../functions/cost/unattached-volumes/fixture.ts";
import unattached from "../../functions/cost/unattached-volumes/index.ts";
import { dayPast } from "../../handlers/app/watch/digest.ts";
import { keys } from "../../ledger/keys.ts";
import type { RunResult } from "../../ledger/result.ts";
import { beginSeen } from "../../ledger/seen.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { graceTag } from "../../sdk/grace.ts";
import { before, days, minutes, systemClock } from "../../sdk/time.ts";
import { openIn, type TestDelivery } from "../../testing/delivery.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { cli, settingsFor } from "./cli.ts";

const unit = unattached as AnyAutomation;

let aws: TestAccount;
let settings: string;
let delivery: TestDelivery;
let run: RunResult;
let action: string;
let volume: string;

const shown = async (...words: readonly string[]) => {
  const { code, out, err } = await cli(...words, "--settings", settings);
  return { code, text: `${out}\n${err}` };
};

beforeEach(async () => {
  aws = await embedded();
  aws.use();
  settings = settingsFor(aws, "act", { units: { [unit.id]: { mode: "act" } } });
  delivery = await openIn(aws, unit, {
    seed: fixture.seed,
    settings: { ...fixture.settings, irreversible: "act" },
  });
  onTestFinished(() => delivery.close());
  const { Volumes = [] } = await aws.client(EC2Client).send(new DescribeVolumesCommand({}));
  const idle = Volumes.find(({ Tags = [] }) => Tags.some(({ Value }) => Value === "idle"));
  volume = idle?.VolumeId ?? "";
  const long = before(systemClock.now(), days(20));
  await beginSeen(delivery.store, delivery.place, volume, long);
  run = await delivery.deliver();
  action = run.actions.find(({ outcome }) => outcome === "begun")?.id ?? "";
});

const day = async () => {
  const past = await dayPast(delivery.store, [unit.id], new Date(delivery.host().clock.now()));
  const [{ runs, did, held, underWay, saved } = { runs: -1 }] = past.tallies;
  return { runs, did, held, underWay, saved };
};

describe("a flow that is under way", () => {
  test("is in the last runs, in its run and by itself, with its end; and so is what stops it", async () => {
    expect((await shown("history")).text).toMatch(/unattached-volumes .*1 begun/);
    const ofRun = (await shown("history", run.id)).text;
    expect(ofRun).toMatch(/BEGUN +vol-/);
    expect(ofRun).toMatch(/What was begun ends by \d{4}-\d\d-\d\d .* UTC at the latest/);
    const before = (await shown("history", action)).text;
    expect(before).toContain("its carrier has been called");
    await delivery.flows.carryNext();
    for (const words of [[action], ["--target", volume]]) {
      const { text } = await shown("history", ...words);
      expect(text).toMatch(/under way since .* and ends by .* at the latest/);
      expect(text).toContain("it waits, and looks again at");
      expect(text).toMatch(/ec2:CreateTags: done/);
      expect(text).toContain(`npx nightshift undo ${action}`);
    }
    const json = JSON.parse((await cli("history", action, "--json", "--settings", settings)).out);
    expect(json.action.flow).toMatchObject({
      state: "waiting",
      wrote: [{ operation: "ec2:CreateTags", state: "done" }],
    });
    expect((await shown("history", "--outcome", "begun")).text).toContain(run.id);
    expect(await day()).toMatchObject({
      runs: 1,
      did: 0,
      underWay: 1,
      saved: { known: 0, unpriced: 0 },
    });
    const asked = await shown("undo", action);
    expect(asked.text).toContain("What was begun stops at what it asks or writes next");
    expect(asked.text).not.toContain("a month again");
    const undo = (await shown("history", `${action}.undo`)).text;
    expect(undo).toContain(`${action} stops at what it asks or writes next`);
    await delivery.flows.carryAll();
    expect((await shown("history", action)).text).toMatch(
      /held by hold: .*has taken it back.*Taken back: ec2:CreateTags/s,
    );
    expect((await shown("history", `${action}.undo`)).text).toContain(
      `${action} has stopped: held`,
    );
    expect((await shown("history")).text).toMatch(/what was begun has ended: 1 held/);
    expect(await day()).toMatchObject({ runs: 1, did: 0, held: 1, underWay: 0 });
  });

  test("is told by verify when nobody carries it, or its item is gone; else it is no finding", async () => {
    const kinds = async () => {
      const { out } = await cli("verify", "--json", "--settings", settings);
      return JSON.parse(out).findings.map(({ kind, what }: { kind: string; what: string }) => [
        kind,
        what,
      ]);
    };
    expect(await kinds()).toEqual([]);
    const key = keys.flow(delivery.place, action);
    const item = await delivery.store.get(key);
    if (!item) throw new Error("it is not under way");
    const lease = before(systemClock.now(), minutes(31)).getTime();
    await delivery.store.put({ ...item, lease });
    expect(await kinds()).toEqual([["unfinished", action]]);
    await delivery.store.remove(key);
    expect(await kinds()).toEqual([["no-outcome", action]]);
    expect((await shown("history", action)).text).toContain("nobody carries it");
  });

  test("is halted by stop at its next write", async () => {
    await delivery.flows.carryNext();
    expect((await shown("stop", unit.id)).code).toBe(0);
    await delivery.flows.carryAll();
    expect((await shown("history", action)).text).toMatch(
      /held by kill-switch: .*Left: ec2:CreateTags/s,
    );
  });
});

describe("a flow that has ended", () => {
  test("says what it did; the day of its end counts that, and what it saves, and no run", async () => {
    await delivery.flows.carryAll();
    const { text } = await shown("history", action);
    expect(text).toMatch(/ec2:CreateSnapshot: done/);
    expect(text).toMatch(/ec2:DeleteVolume: done/);
    expect((await shown("history")).text).toMatch(/what was begun has ended: 1 changed/);
    expect((await shown("history", run.id)).text).toMatch(/CHANGED +vol-/);
    const known = run.actions.find(({ id }) => id === action)?.savesPerMonth;
    const saved = { known, unpriced: 0 };
    expect(await day()).toEqual({ runs: 0, did: 1, held: 0, underWay: 0, saved });
    expect((await shown("verify")).text).not.toContain(action);
  });

  test("by its owner's no, is asked again only after unexempt, whose words say whom it asks", async () => {
    await delivery.flows.carryNext();
    const tag = { Resources: [volume], Tags: [{ Key: graceTag }] };
    await aws.client(EC2Client).send(new DeleteTagsCommand(tag));
    await delivery.flows.carryAll();
    expect((await shown("history", action)).text).toMatch(/held by owner: .*somebody keeps it/);
    const lifted = await shown("unexempt", volume);
    expect(lifted.text).toMatch(
      new RegExp(`${volume} in .* is no longer kept from ${unit.id}, as its owner said on`),
    );
    const again = await shown("unexempt", volume);
    expect([again.code, again.text]).toEqual([
      expect.not.toSatisfy((code) => code === 0),
      expect.stringContaining(`exempts no ${volume}`),
    ]);
  });
});
