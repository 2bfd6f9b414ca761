import { beforeEach, describe, expect, test } from "vitest";
import type { Start } from "../../ledger/start.ts";
import { after, clockAt, days, hours } from "../../sdk/time.ts";
import { embedded, type TestAccount } from "../../test/setup/aws.ts";
import { makeGroups, retention, retentions, tagGroup } from "../../test/setup/retention.ts";
import { takeUndoBack } from "../../test/setup/take-undo-back.ts";
import { deployedIn } from "../../testing/deployed.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { decideOn } from "./approve.ts";
import { planRun } from "./plan.ts";

import { run } from "./run.ts";
import { writeSwitch } from "./switch.ts";
import { undo } from "./undo.ts";

let aws: TestAccount;
const manual = (key: string, rest: Partial<Start> = {}): Start => ({
  kind: "manual",
  key,
  region: aws.region,
  at: new Date("2026-11-21T02:00:00Z"),
  by: "ann",
  ...rest,
});
const settings = (given = {}) =>
  testSettings(aws, "test-retention", {
    mode: "act",
    approvers: ["arn:aws:iam::123456789012:user/ann"],
    ...given,
  });
const ann = "arn:aws:iam::123456789012:user/ann";

beforeEach(async () => {
  aws = await embedded();
  await deployedLedger(aws);
});

describe("a run", () => {
  test("changes what is wrong, proves it, and leaves the rest alone", async () => {
    await makeGroups(aws, "wrong-a", "wrong-b", "right");
    const result = await run(retention, manual("1"), hostOf(aws, settings()));
    expect(result.outcome).toBe("done");
    expect(result.found).toBe(3);
    expect(
      result.actions.map(({ target, outcome, verified }) => [target, outcome, verified]),
    ).toEqual([
      ["wrong-a", "applied", true],
      ["wrong-b", "applied", true],
    ]);
    expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, right: null });
  });

  test("delivered twice is one run, and the second delivery is told what the first did", async () => {
    await makeGroups(aws, "wrong-a");
    const first = await run(retention, manual("1"), hostOf(aws, settings()));
    const second = await run(retention, manual("1"), hostOf(aws, settings()));
    expect(second).toEqual(first);
  });

  test("in watch mode changes nothing and says what it would do", async () => {
    await makeGroups(aws, "wrong-a");
    const result = await run(retention, manual("1"), hostOf(aws, settings({ mode: "watch" })));
    expect(result.outcome).toBe("held");
    expect(result.actions[0]?.held?.by).toBe("watch");
    expect(await retentions(aws)).toEqual({ "wrong-a": null });
  });

  test("that is retired changes nothing, also when a person asks", async () => {
    await makeGroups(aws, "wrong-a");
    const host = hostOf(aws, settings({ mode: "retired" }));
    const result = await run(retention, manual("1"), host);
    expect([result.mode, result.outcome, result.actions[0]?.held?.by]).toEqual([
      "retired",
      "held",
      "retired",
    ]);
    expect(await retentions(aws)).toEqual({ "wrong-a": null });
  });

  test("that is planned changes and records nothing", async () => {
    await makeGroups(aws, "wrong-a");
    const planned = await planRun(retention, manual("1"), hostOf(aws, settings()));
    expect(planned.proposals).toEqual([
      {
        target: "wrong-a",
        because: "it keeps its logs for another time",
        call: {
          operation: "logs:PutRetentionPolicy",
          input: { logGroupName: "wrong-a", retentionInDays: 7 },
        },
        undo: { operation: "logs:DeleteRetentionPolicy", input: { logGroupName: "wrong-a" } },
        savesPerMonth: 1,
        held: null,
        changes: [{ field: "retentionInDays", before: "none", after: "7" }],
      },
    ]);
    expect(await retentions(aws)).toEqual({ "wrong-a": null });
  });
});

describe("guards", () => {
  test("an exempt group is never changed", async () => {
    await makeGroups(aws, "wrong-a");
    await tagGroup(aws, "wrong-a", {
      "nightshift:exempt": "until=2099-01-31 owner=ann@example.com reason=audit",
    });
    const result = await run(retention, manual("1"), hostOf(aws, settings()));
    expect(result.actions[0]?.held).toEqual({
      by: "exemption",
      why: "exempt by its tag until 2099-01-31: audit (ann@example.com)",
    });
    expect(await retentions(aws)).toEqual({ "wrong-a": null });
  });

  test("the kill switch holds everything", async () => {
    await makeGroups(aws, "wrong-a");
    const host = hostOf(aws, settings());
    await writeSwitch(host.clients, deployedIn(aws.region), "stop");
    const result = await run(retention, manual("1"), host);
    expect(result.actions[0]?.held?.by).toBe("kill-switch");
    expect(await retentions(aws)).toEqual({ "wrong-a": null });
  });

  test("over the cap nothing is done and a person is asked", async () => {
    await makeGroups(aws, "wrong-a", "wrong-b", "wrong-c");
    const result = await run(
      retention,
      manual("1"),
      hostOf(aws, settings({ caps: { changes: 2, percent: 100, floor: 1 } })),
    );
    expect(result.outcome).toBe("waiting");
    expect(result.plan).not.toBeNull();
    expect(await retentions(aws)).toEqual({ "wrong-a": null, "wrong-b": null, "wrong-c": null });
  });

  test("a target that was changed a moment ago cools down", async () => {
    await makeGroups(aws, "wrong-a");
    await run(retention, manual("1"), hostOf(aws, settings()));
    const result = await run(
      retention,
      manual("2"),
      hostOf(aws, settings({ config: { days: 14 } })),
    );
    expect(result.actions[0]?.held?.by).toBe("cool-down");
  });
});

describe("approval", () => {
  test("does exactly what was approved, once", async () => {
    await makeGroups(aws, "wrong-a", "wrong-b");
    const host = hostOf(aws, settings({ mode: "ask" }));
    const asked = await run(retention, manual("1"), host);
    expect(asked.outcome).toBe("waiting");
    const id = asked.plan?.id ?? "";
    await makeGroups(aws, "wrong-c");
    await decideOn(host.store, host.settings, {
      plan: id,
      verdict: "approve",
      by: ann,
      at: new Date(),
    });
    const start: Start = {
      kind: "decision",
      key: `decision#${id}`,
      region: aws.region,
      at: new Date(),
      plan: id,
      only: ["wrong-a", "wrong-b"],
    };
    const done = await run(retention, start, host);
    expect(done.actions.map(({ target, outcome }) => [target, outcome])).toEqual([
      ["wrong-a", "applied"],
      ["wrong-b", "applied"],
    ]);
    expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7, "wrong-c": null });
    await expect(
      decideOn(host.store, host.settings, { plan: id, verdict: "deny", by: ann, at: new Date() }),
    ).rejects.toThrow("already decided");
  });

  test("is refused to whom the settings do not name, and after it has expired", async () => {
    await makeGroups(aws, "wrong-a");
    const host = hostOf(aws, settings({ mode: "ask" }));
    const { plan: waiting } = await run(retention, manual("1"), host);
    await expect(
      decideOn(host.store, host.settings, {
        plan: waiting?.id ?? "",
        verdict: "approve",
        by: "arn:aws:iam::123456789012:user/eve",
        at: new Date(),
      }),
    ).rejects.toThrow("may not decide");
    await expect(
      decideOn(host.store, host.settings, {
        plan: waiting?.id ?? "",
        verdict: "approve",
        by: ann,
        at: after(new Date(), days(4)),
      }),
    ).rejects.toThrow("expired");
  });
});

describe("undo", () => {
  test("brings the state back, and two sweeps later it is still so", async () => {
    await makeGroups(aws, "wrong-a");
    const done = await run(retention, manual("1"), hostOf(aws, settings()));
    const undone = await undo(retention, done.id, { by: "ann" }, hostOf(aws, settings()));
    expect(
      undone.actions.map(({ outcome, verified, error }) => [outcome, verified, error]),
    ).toEqual([["applied", true, null]]);
    expect(await retentions(aws)).toEqual({ "wrong-a": null });
    for (const later of [2, 3]) {
      const host = hostOf(aws, settings(), { clock: clockAt(after(new Date(), days(later))) });
      const swept = await run(retention, manual(`${later}`), host);
      expect(swept.actions[0]?.held?.by).toBe("hold");
    }
    expect(await retentions(aws)).toEqual({ "wrong-a": null });
  });

  test("is refused, with the difference, when somebody has changed the target since", async () => {
    await makeGroups(aws, "wrong-a");
    const done = await run(retention, manual("1"), hostOf(aws, settings()));
    await run(
      retention,
      manual("2"),
      hostOf(aws, settings({ config: { days: 30 } }), {
        clock: clockAt(after(new Date(), hours(2))),
      }),
    );
    const undone = await undo(retention, done.id, { by: "ann" }, hostOf(aws, settings()));
    expect(undone.actions[0]?.held?.why).toContain("retentionInDays was 7 and is 30");
    expect(await retentions(aws)).toEqual({ "wrong-a": 30 });
  });

  test("can itself be taken back: the automation does it again, guarded anew", async () => {
    await makeGroups(aws, "wrong-a", "wrong-b");
    const done = await run(retention, manual("1"), hostOf(aws, settings()));
    const host = hostOf(aws, settings());
    const first = done.actions[0]?.id ?? "";
    await undo(retention, first, { by: "ann" }, host);
    const [start] = await takeUndoBack(host.store, {
      id: `${first}.undo`,
      by: "ann",
      key: "k",
      at: new Date(),
    });
    if (!start) throw new Error("nothing to do again");
    const again = await run(retention, start, host);
    expect(again.actions.map(({ target, outcome }) => [target, outcome])).toEqual([
      ["wrong-a", "applied"],
    ]);
    expect(await retentions(aws)).toEqual({ "wrong-a": 7, "wrong-b": 7 });
  });
});
