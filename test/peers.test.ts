/**
 * Defects that were seen in tools of this kind when they were run against an AWS that misbehaves.
 * Each has a test here that such a tool would fail; D5 comes with its unit.
 */

import { join } from "node:path";
import {
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { sns } from "../channels/sns/sns.ts";
import type { Registry } from "../cli/bundle/project.ts";
import { configure } from "../cli/bundle/units.ts";
import { exitOf } from "../cli/io/exit.ts";
import { workplaceOf } from "../engine/run/attempt.ts";
import { planRun } from "../engine/run/plan.ts";
import { lookFor } from "../engine/run/report.ts";
import { undo } from "../engine/run/undo.ts";
import { sample, samples } from "../events/samples.ts";
import pruneBackups from "../functions/backup/prune-backups/index.ts";
import volumeBackups from "../functions/backup/volume-backups/index.ts";
import costReport from "../functions/cost/cost-report/index.ts";
import type { Usage } from "../functions/cost/idle-instances/idle.ts";
import idleInstances from "../functions/cost/idle-instances/index.ts";
import logRetention from "../functions/cost/log-retention/index.ts";
import { registry } from "../functions/registry.ts";
import { fits } from "../handlers/app/signals.ts";
import { tellHandler } from "../handlers/app/tell.ts";
import { throwIfFailed } from "../handlers/app/unit.ts";
import { unwrap } from "../ingest/envelope.ts";
import type { Start } from "../ledger/start.ts";
import { unitPolicy } from "../lib/iam/policy.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import type { AnyUnit } from "../sdk/any-unit.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { serialise } from "../sdk/codec.ts";
import { ActionsFailed } from "../sdk/errors.ts";
import type { AnyReport } from "../sdk/report.ts";
import { before, clockAt, days } from "../sdk/time.ts";
import type { UnitSettings } from "../settings/settings.ts";
import type { TestAccount } from "../testing/account.ts";
import { keptLog } from "../testing/context.ts";
import { keptBy, unitFolder } from "../testing/contract/loaded.ts";
import { countedBefore } from "../testing/counted.ts";
import { messages, type TestDelivery } from "../testing/delivery.ts";
import { startFaultProxy } from "../testing/fault-proxy.ts";
import { deployedLedger, hostOf, testSettings } from "../testing/host.ts";
import type { RecordedCall } from "../testing/recorded-call.ts";
import { embedded } from "./setup/aws.ts";
import { actions, open, prepare, type Subject, subjects } from "./setup/delivery.ts";
import { look } from "./setup/look.ts";
import { makeGroups } from "./setup/retention.ts";
import { slotJustBegun } from "./setup/slot.ts";

const isOurs = ({ service }: RecordedCall) => service === "dynamodb" || service === "ssm";
const sent = (subject: Subject, { proxy }: TestDelivery) => proxy.calls.flatMap(subject.changes);

async function prepared(subject: Subject, ...wrong: string[]): Promise<TestDelivery> {
  const delivery = await prepare(subject, wrong.length ? wrong : undefined);
  onTestFinished(() => delivery.close());
  return delivery;
}

describe.each(Object.entries(subjects))(
  "D1: a listing that fails is no empty list (%s)",
  (_, subject: Subject) => {
    test.each(["throttled", "denied", "error500", "malformed"] as const)(
      "%s: the run fails, nobody takes it for clean, and the next delivery does the work",
      async (fault) => {
        const delivery = await prepared(subject);
        delivery.proxy.fault((call) => !isOurs(call), fault);
        await expect(delivery.deliver()).rejects.toThrow();
        expect(await messages(delivery)).toEqual([
          expect.objectContaining({
            severity: "critical",
            title: expect.stringContaining("could not be carried out"),
          }),
        ]);
        delivery.proxy.reset();
        const { outcome, actions: done } = await delivery.deliver();
        expect([outcome, done.map((one) => one.outcome)]).toEqual([
          "done",
          ["applied", "applied", "applied"],
        ]);
      },
    );
  },
);

describe("D2: the cap holds in every mode of starting", () => {
  const caps: UnitSettings["caps"] = { changes: 2, percent: 100, floor: 2 };
  const targets = ["wrong-a", "wrong-b", "wrong-c"];
  test.each([
    ["a sweep", {}],
    ["an event", { kind: "event", key: "e", only: targets, actor: "arn:aws:iam::1:user/ann" }],
    ["a person", { kind: "manual", key: "m", by: "arn:aws:iam::1:user/ann" }],
  ] as const)(
    "%s that would change more than the cap changes nothing, and a person is asked",
    async (_, given) => {
      const delivery = await prepared(subjects.retention);
      const result = await delivery.deliver({
        start: { ...delivery.start, ...given },
        host: delivery.host({ caps }),
      });
      expect([result.outcome, result.actions.map(({ outcome }) => outcome)]).toEqual([
        "waiting",
        ["waiting", "waiting", "waiting"],
      ]);
      expect(sent(subjects.retention, delivery)).toEqual([]);
      expect(result.plan?.id).toEqual(expect.any(String));
    },
  );
});

const five = ["wrong-1", "wrong-2", "wrong-3", "wrong-4", "wrong-5"];
/** A change of one single target, or of all together. */
const changing = (subject: Subject, at: number) => (call: RecordedCall) => {
  const changed = subject.changes(call);
  return changed.length > 1 || (changed.length === 1 && seenOrder(subject, call) === at);
};
const orders = new WeakMap<Subject, string[]>();
function seenOrder(subject: Subject, call: RecordedCall): number {
  const order = orders.get(subject) ?? [];
  orders.set(subject, order);
  const [target = ""] = subject.changes(call);
  if (!order.includes(target)) order.push(target);
  return order.indexOf(target);
}

describe.each(Object.entries(subjects))(
  "D3: one change that fails leaves no other undone (%s)",
  (_, subject: Subject) => {
    test("the second of five is refused: four are done, one is failed and named", async () => {
      orders.delete(subject);
      const delivery = await prepared(subject, ...five);
      delivery.proxy.fault(changing(subject, 1), "denied");
      const result = await delivery.deliver();
      expect(result.actions.map(({ outcome }) => outcome).sort()).toEqual([
        "applied",
        "applied",
        "applied",
        "applied",
        "failed",
      ]);
      expect(
        Object.values(await subject.look(delivery.aws)).filter((state) => state === subject.right),
      ).toHaveLength(4);
      const failed = result.actions.filter(({ outcome }) => outcome === "failed");
      expect(failed.map(({ error }) => error)).toEqual([
        expect.stringMatching(/AccessDenied|UnauthorizedOperation/),
      ]);
    });
  },
);

describe.each(Object.entries(subjects))(
  "D4: what failed is never called a success (%s)",
  (_, subject: Subject) => {
    test("all refused: exit code 1, the invocation fails, each failure is recorded and told", async () => {
      const delivery = await prepared(subject, ...five);
      delivery.proxy.fault((call) => subject.changes(call).length > 0, "denied");
      const result = await delivery.deliver();
      expect([result.outcome, exitOf([result])]).toEqual(["failed", 1]);
      expect(() => throwIfFailed({ runs: [result] })).toThrow(ActionsFailed);
      expect(
        (await actions(delivery, result.id)).map(({ outcome, error }) => [outcome, error]),
      ).toEqual(
        five.map(() => ["failed", expect.stringMatching(/AccessDenied|UnauthorizedOperation/)]),
      );
      expect((await messages(delivery)).map(({ severity, title }) => [severity, title])).toEqual([
        ["critical", expect.stringContaining("5 failed")],
      ]);
    });
  },
);

describe("D6: what is run twice has its effect once", () => {
  /** Run twice on this account, Cloud Custodian 0.9.52 (`ebs`, action `snapshot`) made 10 of 5. */
  test("a backup of five volumes, started twice, by another sweep, and by a person: five snapshots", async () => {
    const seed = async (aws: TestAccount) => {
      for (const Value of five)
        await aws.client(EC2Client).send(
          new CreateVolumeCommand({
            AvailabilityZone: `${aws.region}a`,
            Size: 8,
            TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "backup", Value }] }],
          }),
        );
    };
    const delivery = await open(volumeBackups, seed, { config: slotJustBegun() }, true);
    onTestFinished(() => delivery.close());
    const starts: Start[] = [
      delivery.start,
      delivery.start,
      { ...delivery.start, key: "another" },
      { kind: "manual", key: "m", by: "ann", region: delivery.aws.region, at: delivery.start.at },
    ];
    for (const start of starts) await delivery.ended(await delivery.deliver({ start }));
    const { Snapshots = [] } = await delivery.aws
      .client(EC2Client)
      .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    const ours = Snapshots.filter(({ Tags = [] }) =>
      Tags.some(({ Key }) => Key === "nightshift:slot"),
    );
    expect(new Set(ours.map(({ VolumeId }) => VolumeId)).size).toBe(5);
    expect(ours).toHaveLength(5);
  });
});

describe("D10: what makes and what prunes agree on whose it is", () => {
  /** Cloud Custodian's documented policy looks for a tag that its snapshots do not have. */
  test("what volume-backups made, prune-backups knows, and deletes when its time has come", async () => {
    const seed = async (aws: TestAccount) =>
      aws.client(EC2Client).send(
        new CreateVolumeCommand({
          AvailabilityZone: `${aws.region}a`,
          Size: 8,
          TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "backup", Value: "yes" }] }],
        }),
      );
    const keep = { hourly: 0, daily: 2, weekly: 0, monthly: 0, yearly: 0 };
    const delivery = await open(
      volumeBackups,
      seed,
      { config: { ...slotJustBegun(), keep } },
      true,
    );
    onTestFinished(() => delivery.close());
    for (const key of ["night-1", "night-2", "night-3", "night-4"]) {
      const at = delivery.host().clock.now();
      await delivery.ended(await delivery.deliver({ start: { ...delivery.start, key, at } }));
      await delivery.later(days(1));
    }
    const host = delivery.host({ id: "prune-backups", config: { atLeast: 1 } });
    const { proposals } = await planRun(pruneBackups, delivery.start, host);
    expect(proposals.map(({ call }) => call.operation)).toEqual([
      "ec2:DeleteSnapshot",
      "ec2:DeleteSnapshot",
    ]);
    expect(proposals.map(({ held }) => held)).toEqual([null, null]);
  });
});

describe("D7: the permissions that are declared are those that are used", () => {
  const actingOn = async (id: string, region: string) => {
    const { settings, units } = await configure(
      registry as Registry,
      { home: region, units: { [id]: { mode: "act" } } },
      { name: "the test's settings" },
    );
    const unit = units.find((one) => one.id === id);
    if (!unit) throw new Error(`${id} is not in the registry`);
    return (account: string) =>
      unitPolicy({ ...unit, bundle: "", hash: "" }, settings, { partition: "aws", account });
  };

  test("a unit's run makes each call that its policy grants, and its policy grants each call that it makes", async () => {
    const delivery = await open(logRetention, (aws) => makeGroups(aws, "/a", "/b"));
    onTestFinished(() => delivery.close());
    const { account, region } = delivery.aws;
    const run = await delivery.deliver();
    expect(run.actions.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    const calls = delivery.proxy.calls.filter((call) => !isOurs(call));
    const policy = (await actingOn("log-retention", region))(account);
    // Beside what every function of ours needs for itself: ledger, log, failure queue, kill switch.
    const granted = policy.Statement.flatMap(({ Sid = "", Action }) =>
      /^(Look|Change)[0-9]/.test(Sid) ? Action : [],
    );
    expect(new Set(granted)).toEqual(
      new Set(calls.map(({ service, operation }) => `${service}:${operation}`)),
    );

    const asked = async (action: string, name: string, where = region) => {
      const answer = await runSimulation(
        {
          request: {
            principal: `arn:aws:iam::${account}:role/any`,
            action,
            resource: {
              resource: `arn:aws:logs:${where}:${account}:log-group:${name}`,
              accountId: account,
            },
            contextVariables: { "aws:RequestedRegion": where },
          },
          identityPolicies: [{ name: "nightshift", policy }],
          serviceControlPolicies: [],
          resourceControlPolicies: [],
        },
        {},
      );
      return answer.resultType === "error" ? answer.errors : answer.overallResult;
    };
    for (const call of calls.filter((one) => subjects.retention.changes(one).length)) {
      const [name = ""] = subjects.retention.changes(call);
      expect(await asked(`logs:${call.operation}`, name)).toBe("Allowed");
      expect(await asked(`logs:${call.operation}`, name, "ap-south-1")).toBe("ImplicitlyDenied");
    }
  });

  test("undo makes no call but those that take back", async () => {
    const delivery = await open(logRetention, (aws) => makeGroups(aws, "/a"));
    onTestFinished(() => delivery.close());
    const run = await delivery.deliver();
    delivery.proxy.reset();
    await undo(logRetention, run.id, { by: "arn:aws:iam::1:user/ann" }, delivery.host());
    const made = delivery.proxy.calls
      .filter((call) => !isOurs(call))
      .map(({ service, operation }) => `${service}:${operation}`);
    expect(new Set(made.filter((one) => !/:(Describe|List|Get|Lookup)/.test(one)))).toEqual(
      new Set((logRetention.undoes ?? []).map(({ operation }) => operation)),
    );
  });
});

describe("D8: an option that is accepted has its effect", () => {
  const now = new Date("2026-11-21T04:20:00Z");

  /** What a unit asks of AWS with some config. */
  async function asked(
    unit: Parameters<typeof look>[0],
    config: Readonly<Record<string, unknown>>,
    seed?: (ec2: EC2Client) => Promise<unknown>,
  ) {
    const aws = await embedded();
    await seed?.(aws.client(EC2Client));
    const proxy = await startFaultProxy(aws.endpoint);
    try {
      await look(unit, { ...aws, endpoint: proxy.endpoint }, { config, now });
      return proxy.calls.map(({ operation, parameters }) => ({
        operation,
        parameters: parameters as Readonly<Record<string, unknown>>,
      }));
    } finally {
      await proxy.stop();
    }
  }

  test("cost-report: days and metric are in the request, from the first day to yesterday", async () => {
    const [call] = await asked(costReport, { days: 60, metric: "NetAmortizedCost" });
    expect(call).toEqual({
      operation: "GetCostAndUsage",
      parameters: expect.objectContaining({
        TimePeriod: { Start: "2026-09-22", End: "2026-11-21" },
        Metrics: ["NetAmortizedCost"],
      }),
    });
  });

  test("idle-instances: days are the range that the metrics are asked for", async () => {
    const seed = (ec2: EC2Client) =>
      ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-12c6146b",
          InstanceType: "t3.micro",
          MinCount: 1,
          MaxCount: 1,
        }),
      );
    const spans = async (length: number) =>
      (await asked(idleInstances, { days: length }, seed)).flatMap(({ operation, parameters }) => {
        if (operation !== "GetMetricData") return [];
        const { StartTime, EndTime } = parameters;
        return [[StartTime, EndTime]];
      });
    const [three, seven] = [await spans(3), await spans(7)];
    expect(three).toHaveLength(1);
    expect(three).not.toEqual(seven);
  });

  /** A config that keeps which of its keys were read. */
  const watched = <C extends object>(config: C, read: Set<string>): C =>
    new Proxy(config, {
      get(of, key) {
        if (typeof key === "string") read.add(key);
        return Reflect.get(of, key);
      },
    });
  async function fixtureOf(unit: AnyUnit) {
    const folder = unitFolder(join(import.meta.dirname, "../functions", unit.family, unit.id));
    const kept = await keptBy(folder, unit);
    if (kept.kind === "signal") throw new Error(`${unit.id} has sample events, and no fixture`);
    return kept.fixture;
  }

  /**
   * Lets a unit do all that it does to its small account or to the sample events. @returns the keys
   * that it has read
   */
  async function readBy(unit: AnyUnit): Promise<Set<string>> {
    const read = new Set<string>();
    const seeing = <G extends { readonly config: object }>(given: G): G => ({
      ...given,
      config: watched(given.config, read),
    });
    if (unit.kind === "signal") {
      const config = watched(unit.config.parse({}), read);
      for (const { event } of samples.flatMap((path) => unwrap(sample(path), "123456789012"))) {
        if (!unit.fallback && !unit.on.some(fits(event))) continue;
        const detail = unit.detail.safeParse(event.detail);
        if (detail.success)
          unit.tell(detail.data, {
            ...event,
            resources: event.resources,
            at: event.time,
            now: event.time,
            config,
          });
      }
      return read;
    }
    const fixture = await fixtureOf(unit);
    const { seed, settings } = fixture;
    if (unit.kind === "automation") {
      const { grace } = unit;
      const spied: AnyAutomation = {
        ...unit,
        ...(grace && {
          grace: {
            ...grace,
            proposed: (proposal, of) =>
              grace.proposed(proposal, { ...of, config: watched(of.config as object, read) }),
          },
        }),
        find: (search) => unit.find(seeing(search)),
        propose: (thing, given) => unit.propose(thing, seeing(given)),
      };
      const delivery = await open(spied, seed, settings);
      if ("counted" in fixture)
        await countedBefore(
          workplaceOf(spied, delivery.start.region, delivery.host()),
          fixture.counted,
        );
      await planRun(spied, delivery.start, delivery.host());
      unit.caps?.(watched(unit.config.parse(settings?.config ?? {}), read) as never);
      await delivery.close();
    } else {
      const aws = await embedded({ region: "us-east-1" });
      await deployedLedger(aws);
      await seed(aws, hostOf(aws, testSettings(aws, unit.id)).store);
      const spied: AnyReport = {
        ...unit,
        find: (search) => unit.find(seeing(search)),
        tell: (things, given) => unit.tell(things, seeing(given)),
      };
      await lookFor(
        spied,
        { kind: "manual", key: "k", region: aws.region, at: now, by: "ann" },
        hostOf(aws, testSettings(aws, unit.id)),
      );
    }
    return read;
  }

  test.each(Object.keys(registry))("%s reads every key of its config", async (id) => {
    const unit = (await (registry as Registry)[id]?.())?.default as AnyUnit;
    const { properties = {} } = z.toJSONSchema(unit.config, {
      io: "input",
      unrepresentable: "any",
    }) as { properties?: object };
    expect([...(await readBy(unit))].filter((key) => key in properties).sort()).toEqual(
      Object.keys(properties).sort(),
    );
  });
});

describe("D9: a message that a channel refuses is kept, and sent again", () => {
  const message: Outgoing = {
    id: "cost-report.1",
    at: new Date("2026-11-21T02:00:00Z"),
    account: "123456789012",
    region: "eu-west-1",
    unit: "cost-report",
    kind: "report",
    title: "Yesterday cost 12 USD",
    severity: "info",
  };
  const record: DynamoDBRecord = {
    eventName: "INSERT",
    dynamodb: {
      SequenceNumber: "7",
      NewImage: {
        pk: { S: "unit#cost-report#outbox" },
        sk: { S: "s" },
        type: { S: "message" },
        body: { S: serialise(message) },
      },
    },
  };

  test.each(["throttled", "error503", "reset"] as const)(
    "%s: the record is not acknowledged, nothing says it was told, and the next delivery tells it once",
    async (fault) => {
      const aws = await embedded();
      const { TopicArn = "" } = await aws
        .client(SNSClient)
        .send(new CreateTopicCommand({ Name: "nightshift" }));
      const proxy = await startFaultProxy(aws.endpoint);
      onTestFinished(() => proxy.stop());
      const remembered = new Set<string>();
      const tell = tellHandler({
        told: {
          already: async (id, name) => remembered.has(`${id} ${name}`),
          mark: async (id, name) => void remembered.add(`${id} ${name}`),
        },
        channels: [
          sns(aws.client(SNSClient, { endpoint: proxy.endpoint, maxAttempts: 1 }), TopicArn, {
            timeZone: "UTC",
          }),
        ],
        log: keptLog().log,
        clock: clockAt(message.at),
      });
      proxy.fault(() => true, fault, { times: 1 });
      expect(await tell({ Records: [record] })).toEqual({
        batchItemFailures: [{ itemIdentifier: "7" }],
      });
      expect(remembered).toEqual(new Set());
      for (const attempt of [2, 3])
        expect([attempt, await tell({ Records: [record] })]).toEqual([
          attempt,
          { batchItemFailures: [] },
        ]);
      expect(proxy.calls.map(({ operation }) => operation)).toEqual(["Publish", "Publish"]);
    },
  );
});

describe("D11: an instance is idle only when almost every hour says so", () => {
  const settings = idleInstances.config.parse({});
  const at = {
    account: "123456789012",
    region: "eu-west-1",
    now: new Date("2026-11-21T04:20:00Z"),
    since: undefined,
    config: settings,
  };
  const low = (points: number): Usage => ({
    instance: {
      InstanceId: "i-1",
      State: { Name: "running" },
      LaunchTime: before(at.now, days(100)),
    },
    cores: 2,
    cpu: Array<number>(points).fill(0.1),
    highest: Array<number>(points).fill(0.1),
    network: { in: Array<number>(points).fill(1), out: Array<number>(points).fill(1) },
  });
  test.each([0, 1, 2, 24, 168, 302])("%i low points of 336 are no proof", (points) =>
    expect(idleInstances.propose(low(points), at)).toBeUndefined(),
  );
  test("303 are", () => expect(idleInstances.propose(low(303), at)).toBeDefined());
});
