/** The verbs that look, and the switch. */
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { resuming, stopping } from "../../cli/commands/switch.ts";
import { run } from "../../engine/run/run.ts";
import { countFailure, failures } from "../../ledger/heartbeats.ts";
import type { Start } from "../../ledger/start.ts";
import { rememberUnits } from "../../ledger/units-known.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { freshBundles } from "../setup/ask.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups, retention } from "../setup/retention.ts";
import { loadedUnits } from "../setup/units.ts";
import { cli, settingsFile, settingsFor } from "./cli.ts";

// Where it is stale, bundling takes seconds, on a busy machine more than a test may.
beforeAll(freshBundles, 600_000);

let aws: TestAccount;
let act: string;
beforeEach(async () => {
  // The home region of nightshift.config.ts: what is read from dist/ goes by that.
  aws = await embedded({ region: "eu-central-1" });
  aws.use();
  act = settingsFor(aws, "act");
});

const killSwitch = async () =>
  (await aws.client(SSMClient).send(new GetParameterCommand({ Name: "/nightshift/kill-switch" })))
    .Parameter?.Value;

describe("stop and resume", () => {
  test.each([
    ["run", undefined, "stop"],
    ["run", "a", "stop a"],
    ["stop a", "b", "stop a b"],
    ["stop a", "a", "stop a"],
    ["stop a", undefined, "stop"],
    ["stop", "a", "stop"],
    ["a word that nobody knows", "a", "stop"],
  ])("where the switch says %j, stop %s makes it %j", (value, id, then) =>
    expect(stopping(value, id)).toBe(then),
  );

  test.each([
    ["stop", undefined, "run"],
    ["stop a b", "a", "stop b"],
    ["stop a", "a", "run"],
    ["stop a", "b", "stop a"],
    ["run", "a", "run"],
  ])("where the switch says %j, resume %s makes it %j", (value, id, then) =>
    expect(resuming(value, id)).toBe(then),
  );

  test("one unit cannot go on while everything is stopped", async () => {
    expect((await cli("stop", "--settings", act)).code).toBe(0);
    const { code, err } = await cli("resume", "log-retention", "--settings", act);
    expect(code).toBe(1);
    expect(err).toContain("everything is stopped");
    expect(await killSwitch()).toBe("stop");
  });

  test("resume of a unit closes its breaker too", async () => {
    await deployedLedger(aws);
    const { store, account } = hostOf(aws, testSettings(aws, "log-retention"));
    const place = { unit: "log-retention", account, region: aws.region };
    for (let count = 0; count < 5; count += 1) await countFailure(store, place);
    const { err, out } = await cli("doctor", "--settings", act);
    expect(out + err).toContain("only watching after 5 failed runs: log-retention in eu-central-1");
    const { code, json } = await cli("resume", "log-retention", "--settings", act, "--json");
    expect([code, json]).toEqual([0, { killSwitch: "run", was: "run" }]);
    expect(await failures(store, place)).toBe(0);
  });
});

describe("list", () => {
  test("shows exactly the JSON that others rely on, with the last run where there was one", async () => {
    await cli("run", "log-retention");
    const { code, json } = await cli("list", "--json");
    expect(code).toBe(0);
    for (const unit of json.units)
      expect(Object.keys(unit)).toEqual(["id", "kind", "summary", "on", "mode", "lastRun"]);
    const of = (id: string) => json.units.find((unit: { id: string }) => unit.id === id);
    expect(of("log-retention")).toMatchObject({
      kind: "automation",
      mode: "watch",
      lastRun: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
      on: [{ kind: "sweep", schedule: "cron(0 3 * * ? *)" }, { kind: "event" }],
    });
    expect(of("cost-report")).toMatchObject({ kind: "report", lastRun: null });
    expect(of("alarm")).toMatchObject({ kind: "signal", lastRun: null });
  });

  test("goes by other settings where they are given, without bundling them", async () => {
    const { code, json, err } = await cli("list", "--settings", act, "--json");
    expect([
      code,
      json.units.find(({ id }: { id: string }) => id === "log-retention").mode,
    ]).toEqual([0, "act"]);
    expect(err).not.toContain("bundling");
  });

  test("works where AWS cannot be reached, and says so", async () => {
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
    const { code, out, err } = await cli("list");
    expect(code).toBe(0);
    expect(out).toMatch(/^unit\s+kind\s+mode\s+last run/);
    expect(err).toContain("when they last ran is not known: nothing answers at http://127.0.0.1:9");
  });
});

describe("policy", () => {
  test("prints the exact policy: while it only watches, no change is allowed", async () => {
    const { code, json } = await cli("policy", "log-retention");
    expect(code).toBe(0);
    const actions = json.Statement.flatMap(
      ({ Effect, Action }: { Effect: string; Action: string[] }) =>
        Effect === "Allow" ? Action : [],
    );
    expect(actions).toContain("logs:DescribeLogGroups");
    expect(actions).not.toContain("logs:PutRetentionPolicy");
    expect(JSON.stringify(json)).toContain(`:${aws.account}:table/nightshift`);
  });

  test("prints what takes its changes back, of the undo role", async () => {
    const { json, err } = await cli("policy", "log-retention", "--undo", "--settings", act);
    expect(JSON.stringify(json)).toContain("logs:DeleteRetentionPolicy");
    expect(err).not.toContain("no undo role");
  });

  test("says that what only watches has no undo role", async () => {
    const { json, err } = await cli("policy", "log-retention", "--undo");
    expect(JSON.stringify(json)).toContain("logs:DeleteRetentionPolicy");
    expect(err).toContain("log-retention is in mode watch: it has no undo role");
  });
});

describe("what people and organisations are given", () => {
  test("the policy of those on call lets them decide through the address alone", async () => {
    const { code, json } = await cli("policy", "--people");
    expect(code).toBe(0);
    expect(json.Statement).toContainEqual({
      Sid: "DecideByAddress",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: [`arn:aws:lambda:eu-central-1:${aws.account}:function:nightshift-decide`],
      Condition: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } },
    });
  });
  test.each([[["policy"]], [["policy", "log-retention", "--people"]]])(
    "%j is refused, with what to give",
    async (args) => {
      const { code, err } = await cli(...args);
      expect(code).toBe(2);
      expect(err).toContain("--people");
    },
  );
  test("the service control policy goes by prefix and approvers, and is short enough", async () => {
    const approver = "arn:aws:iam::123456789012:role/payments-oncall";
    const file = settingsFile({
      home: "eu-central-1",
      approvers: [approver],
      deployment: { prefix: "payments" },
    });
    const { code, out, json } = await cli("scp", "--settings", file);
    expect([code, json.Version]).toEqual([0, "2012-10-17"]);
    expect(out.length).toBeLessThan(5120);
    expect(out).toContain("function:payments-*");
    expect(out).toContain(approver);
    expect(out).not.toContain("OnCall");
  });
  test("where no approver is known to IAM it says whom to put in", async () => {
    const { code, err } = await cli("scp", "--settings", settingsFile({ home: "eu-central-1" }));
    expect(code).toBe(0);
    expect(err).toContain("put the role of those on call in place of arn:aws:iam::*:role/OnCall");
  });
  test("one that AWS would not take is refused, with what to do", async () => {
    const approvers = Array.from(
      { length: 12 },
      (_, at) => `arn:aws:iam::123456789012:user/approver-number-${at}`,
    );
    const file = settingsFile({ home: "eu-central-1", approvers });
    const { code, err } = await cli("scp", "--settings", file);
    expect(code).toBe(2);
    expect(err).toMatch(/would have \d+ characters, and AWS takes 5120/);
    expect(err).toContain("Name one role");
  });
});

describe("a retired unit", () => {
  const retired = () => settingsFor(aws, "retired");

  test("is listed as that, and starts by nothing", async () => {
    const { json } = await cli("list", "--settings", retired(), "--json");
    const unit = json.units.find(({ id }: { id: string }) => id === "log-retention");
    expect([unit.mode, unit.on]).toEqual(["retired", []]);
  });

  test("is explained as that, with the way back that it keeps", async () => {
    const { out } = await cli("explain", "log-retention", "--settings", retired());
    expect(out).toContain("mode retired)");
    expect(out).toContain("nothing: it is retired");
    const { json } = await cli("explain", "log-retention", "--settings", retired(), "--json");
    expect(json.undoes).toContain("logs:DeleteRetentionPolicy");
  });
});

test("what changes nothing has no undo role", async () => {
  const { code, err } = await cli("policy", "cost-report", "--undo");
  expect(code).toBe(2);
  expect(err).toContain("has no undo role");
});

describe("explain", () => {
  test("says what, when, what it may do, how that is taken back, its config and what can hold it", async () => {
    const { code, out } = await cli("explain", "log-retention");
    expect(out).toContain("logs:PutRetentionPolicy; taken back by logs:DeleteRetentionPolicy");
    expect(code).toBe(0);
    for (const words of [
      /automation, cost, mode watch/,
      /cron\(0 3/,
      /logs:DescribeLogGroups/,
      /logs:PutRetentionPolicy/,
      /do not come back/,
      /days: 90/,
      /kill switch:/,
    ])
      expect(out).toMatch(words);
  });
  test("the cap of a unit that has one of its own is that", async () => {
    const { unit } = (await loadedUnits()).find((each) => "caps" in each.unit) ?? {};
    if (!unit || !("caps" in unit)) throw new Error("no unit has a cap of its own");
    const { changes, percent } = unit.caps?.(unit.config.parse({})) ?? {};
    const { out } = await cli("explain", unit.id);
    expect(out).toContain(`cap: at most ${changes} changes a day, and no more than ${percent} %`);
  });
});

describe("history", () => {
  test("lists the last runs, newest first, over all units", async () => {
    await cli("run", "log-retention", "--settings", act, "--at", "2026-11-20T03:00:00Z");
    await cli("run", "idle-instances", "--settings", act, "--at", "2026-11-21T03:00:00Z");
    const { code, json } = await cli("history", "--settings", act, "--json");
    expect(code).toBe(0);
    expect(
      json.runs.map(({ automation, kind, outcome }: Record<string, string>) => [
        automation,
        kind,
        outcome,
      ]),
    ).toEqual([
      ["idle-instances", "run", "nothing"],
      ["log-retention", "run", "nothing"],
    ]);
    expect(
      (await cli("history", "--settings", act, "--limit", "1", "--json")).json.runs,
    ).toHaveLength(1);
  });

  test("tells what was done to one resource, and by whom it was taken back", async () => {
    await makeGroups(aws, "/a");
    const { json: ran } = await cli("run", "log-retention", "--settings", act, "--json");
    await cli("undo", ran.id, "--settings", act);
    const { json } = await cli("history", "--target", "/a", "--settings", act, "--json");
    const action = ran.actions[0].id;
    expect(json.actions).toMatchObject([
      {
        id: `${action}.undo`,
        outcome: "applied",
        undoes: action,
        by: expect.stringContaining(aws.account),
      },
      { id: action, outcome: "applied", undoes: null },
    ]);
    const shown = await cli("history", "--target", "/a", "--settings", act);
    expect(shown.out).toContain(`taken back by ${action}.undo`);
    expect((await cli("history", action, "--settings", act, "--json")).json.action).toMatchObject({
      target: "/a",
      run: ran.id,
    });
    expect((await cli("history", ran.id, "--settings", act, "--json")).json.run).toEqual(ran);
  });

  test("lists the runs of a unit that is gone, once the watchdog has known it", async () => {
    await makeGroups(aws, "wrong-a");
    await deployedLedger(aws);
    const host = hostOf(aws, testSettings(aws, retention, { mode: "act" }));
    const at = host.clock.now();
    const byHand: Start = { kind: "manual", key: "1", region: aws.region, at, by: "ann" };
    const { id, actions } = await run(retention, byHand, host);
    const listed = async () =>
      (await cli("history", "--settings", act, "--json")).json.runs.map(
        ({ id: listedId }: { id: string }) => listedId,
      );
    expect(await listed()).toEqual([]);
    const renamed = settingsFor(aws, "act", {
      units: { "log-retention": { mode: "act", formerly: [retention.id] } },
    });
    expect((await cli("history", "--settings", renamed, "--json")).json.runs).toMatchObject([
      { id },
    ]);
    await rememberUnits(host.store, [retention.id], at);
    expect(await listed()).toEqual([id]);
    const { json } = await cli("history", "--target", "wrong-a", "--settings", act, "--json");
    expect(json.actions).toMatchObject([{ id: actions[0]?.id, automation: retention.id }]);
    const undone = await cli("undo", id, "--settings", act);
    expect([undone.code, undone.err]).toEqual([
      1,
      expect.stringContaining(`units: { "${retention.id}": { mode: "retired" } }`),
    ]);
    const back = await cli("undo", id, "--settings", renamed, "--json");
    expect([back.code, back.json.outcome]).toEqual([0, "done"]);
  });

  test("of an account where nothing was done is empty, not an error", async () => {
    const { code, out } = await cli("history", "--settings", act);
    expect([code, out]).toEqual([0, "Nothing was done yet.\n"]);
  });

  test("shows what others wrote as text, whatever it holds", async () => {
    const { out } = await cli("history", "--target", "/a\u202e\u001b[2J", "--settings", act);
    expect(out).toContain("/a\\u{202e}\\x1b[2J");
  });
});

describe("doctor", () => {
  test("finds nothing wrong where all is well, and says what it looked at", async () => {
    await cli("list");
    await cli("run", "log-retention");
    const { code, json } = await cli("doctor", "--json");
    expect(json.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    expect(json.checks.map(({ check }: { check: string }) => check)).toEqual([
      "Node",
      "settings",
      "regions",
      "bundles",
      "credentials",
      "endpoint",
      "region",
      "ledger",
      "kill switch",
      "breakers",
      "alarms",
    ]);
    expect(code).toBe(0);
  });

  test("names each problem with its remedy, and exits with 1", async () => {
    await cli("stop", "--settings", act);
    process.env.AWS_REGION = "sa-east-1";
    const { code, out } = await cli("doctor", "--settings", act);
    expect(code).toBe(1);
    expect(out).toMatch(/PROBLEM region: sa-east-1.*\n.*AWS_REGION/);
    expect(out).toMatch(/PROBLEM kill switch: on .*\n.*npx nightshift resume/);
  });
});
