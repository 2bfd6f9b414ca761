/**
 * What each role may do, word for word: a reviewer reads it here as IAM does. Whether that is
 * right, test/policy.test.ts asks IAM's rules.
 */
import { describe, expect, test } from "vitest";
import { features } from "../../features.ts";
import { exemptingRules } from "../../sdk/exempt-from.ts";
import { regionsOf } from "../../settings/every-region.ts";
import { functionsOf } from "../../settings/feature.ts";
import type { ManifestOperation, ManifestUnit } from "../../settings/manifest.ts";
import { shared } from "../../settings/names.ts";
import { allowed, type PolicyDocument } from "../../settings/statements.ts";
import { manifest, units } from "../../test/setup/manifest.ts";
import { policyLength } from "../role.ts";
import { deployed } from "./deployed-units.ts";
import { longestPolicy } from "./longest-policy.ts";
import { policyFor, undoPolicy, unitPolicy } from "./policy.ts";
import { sharedPolicy } from "./shared-policy.ts";

const owner = { partition: "aws", account: "123456789012" };
const { settings } = manifest;
const said = ({ Statement }: PolicyDocument) =>
  Statement.map(
    ({ Effect, Action, Resource, Condition }) =>
      `${Effect} ${Action.join(", ")} on ${Resource.join(", ")}${Condition ? ` if ${JSON.stringify(Condition)}` : ""}`,
  );

const arn = (service: string, resource: string) =>
  `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
const ledger = (actions: string, ...keys: string[]) =>
  `Allow ${actions
    .split(" ")
    .map((action) => `dynamodb:${action}`)
    .join(", ")} on ${arn("dynamodb", "table/nightshift")} if ${JSON.stringify({
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys },
    Null: { "dynamodb:LeadingKeys": "false" },
  })}`;
const everyone = (id: string) => [
  `Allow logs:CreateLogStream, logs:PutLogEvents on ${arn("logs", `log-group:/aws/lambda/nightshift-${id}:*`)}`,
  `Allow sqs:SendMessage on ${arn("sqs", "nightshift-failures")}`,
];
const regions = '{"StringEquals":{"aws:RequestedRegion":["eu-central-1","us-east-1"]}}';
const readSwitch = `Allow ssm:GetParameter on ${arn("ssm", "parameter/nightshift/kill-switch")}`;
const look = `Allow ec2:DescribeVolumes on * if ${regions}`;
const reads = (id: string) => {
  const leftAlone = ["exempt#123456789012#*", `undo#${id}#hold#*`];
  const [stories, changers] = ["unit#*#target#*", "changed#123456789012#*"];
  return [
    ledger("GetItem", "undo#order#*"),
    ledger("Query", ...leftAlone),
    readSwitch,
    ledger("BatchGetItem", `unit#${id}#*`, `decision#${id}.*`, stories, changers, ...leftAlone),
    ...everyone(id),
  ];
};
const acting = (id: string) => [
  ledger("DeleteItem GetItem Query UpdateItem", `unit#${id}#*`),
  ledger("PutItem", `unit#${id}#*`, "changed#123456789012#*"),
  ...reads(id),
];

/** As the tag's grammar says it, for guards too. */
const exempt = (id: string) => {
  const tag = "aws:ResourceTag/nightshift:exempt";
  return exemptingRules({ own: [id], others: undefined }).map(
    ({ like, unlike }) =>
      `Deny ec2:CreateSnapshot, ec2:CreateTags on * if ${JSON.stringify({
        Null: { [tag]: "false" },
        ...(like && { StringLike: { [tag]: like } }),
        ...(unlike && { StringNotLike: { [tag]: unlike } }),
      })}`,
  );
};

describe("the role of an automation", () => {
  test("that acts looks, changes but what is exempt, and writes its own part of the ledger", () => {
    expect(said(unitPolicy(units.saves, settings, owner))).toEqual([
      look,
      `Allow ec2:CreateSnapshot on arn:aws:ec2:eu-central-1::snapshot/*, arn:aws:ec2:us-east-1::snapshot/*, ${arn("ec2", "volume/*")}, arn:aws:ec2:us-east-1:123456789012:volume/*`,
      'Allow ec2:CreateTags on arn:aws:ec2:eu-central-1::snapshot/*, arn:aws:ec2:us-east-1::snapshot/* if {"StringEquals":{"ec2:CreateAction":"CreateSnapshot"}}',
      ...["saves-volumes"].flatMap(exempt),
      ...acting("saves-volumes"),
    ]);
  });
  test("that had another id reads what was undone under that, and is denied what is exempt from it", () => {
    const renamed = { ...units.saves, formerly: ["keeps-volumes"] };
    expect(said(unitPolicy(renamed, settings, owner))).toContain(
      ledger(
        "Query",
        "exempt#123456789012#*",
        "undo#saves-volumes#hold#*",
        "undo#keeps-volumes#hold#*",
      ),
    );
    const denied = JSON.stringify(said(unitPolicy(renamed, settings, owner)));
    for (const id of ["saves-volumes", "keeps-volumes"]) expect(denied).toContain(`*from=${id},*`);
  });
  describe("with so many others that IAM would not take three patterns of each", () => {
    const named = (count: number) =>
      Array.from({ length: count }, (_, nth) => `an-automation-of-a-long-name-${nth}`);
    const policyWith = (count: number) =>
      unitPolicy({ ...units.saves, others: named(count) }, settings, owner);
    const patternsOf = (policy: PolicyDocument): readonly string[] =>
      policy.Statement.flatMap(({ Sid, Condition }) =>
        Sid === "ExemptFromUnknown"
          ? Object.values(Condition?.StringNotLike ?? {})
              .flat()
              .map(String)
          : [],
      );
    test("has one of each, and is a policy that IAM takes", () => {
      const policy = policyWith(150);
      expect(policyLength(policy)).toBeLessThan(longestPolicy);
      expect(patternsOf(policy)).toContain("*from=an-automation-of-a-long-name-7*");
      expect(patternsOf(policy)).not.toContain("*from=an-automation-of-a-long-name-7,*");
    });
    test("has three of each as long as it may", () => {
      const most = Array.from({ length: 150 }, (_, count) => count).findLast((count) =>
        patternsOf(policyWith(count)).includes("*from=an-automation-of-a-long-name-0,*"),
      );
      expect(most).toBeGreaterThan(40);
      const next = policyLength(policyWith(most ?? 0));
      expect(next).toBeGreaterThan(longestPolicy - 400);
      expect(next).toBeLessThanOrEqual(longestPolicy);
    });
  });
  test("that counts only exemptions by its name is denied those alone", () => {
    const named = { ...units.saves, exemptByName: true };
    const denied = said(unitPolicy(named, settings, owner)).filter((each) =>
      each.startsWith("Deny"),
    );
    expect(denied).toEqual([
      `Deny ec2:CreateSnapshot, ec2:CreateTags on * if ${JSON.stringify({
        Null: { "aws:ResourceTag/nightshift:exempt": "false" },
        StringLike: {
          "aws:ResourceTag/nightshift:exempt": exemptingRules({
            own: ["saves-volumes"],
            others: undefined,
            byName: true,
          })[0]?.like,
        },
      })}`,
    ]);
  });
  test("that remembers reads the actions of the units that it names, and what was taken back", () => {
    const curious = { ...units.saves, remembers: ["saves-volumes", "closes-ports"] };
    expect(said(unitPolicy(curious, settings, owner))).toContain(
      ledger(
        "BatchGetItem",
        "unit#saves-volumes#*",
        "decision#saves-volumes.*",
        "unit#*#target#*",
        "changed#123456789012#*",
        "exempt#123456789012#*",
        "undo#saves-volumes#hold#*",
        "undo#saves-volumes#of#*",
        "unit#closes-ports#run#*",
        "undo#closes-ports#of#*",
      ),
    );
  });
  test("is granted on what its settings name, and on nothing where they name nothing", () => {
    const invoke: ManifestOperation = {
      operation: "lambda:Invoke",
      grants: [{ action: "lambda:InvokeFunction", on: ["function:{named_validator}"] }],
    };
    const granted = (more: Pick<ManifestUnit, "named">) =>
      said(unitPolicy({ ...units.watches, reads: [invoke], ...more }, settings, owner)).filter(
        (each) => each.includes("lambda:"),
      );
    expect(granted({ named: { validator: ["check"] } })).toEqual([
      `Allow lambda:InvokeFunction on ${arn("lambda", "function:check")}, arn:aws:lambda:us-east-1:123456789012:function:check`,
    ]);
    expect(granted({ named: { validator: [] } })).toEqual([]);
    expect(granted({})).toEqual([]);
  });
  test("is the same whatever family it moves to", () => {
    for (const unit of [units.saves, units.closes])
      expect(unitPolicy({ ...unit, family: "elsewhere" }, settings, owner)).toEqual(
        unitPolicy(unit, settings, owner),
      );
  });
  test("that protects is denied nothing by a tag", () => {
    expect(said(unitPolicy(units.closes, settings, owner))).toEqual([
      look,
      `Allow ec2:RevokeSecurityGroupIngress on ${arn("ec2", "security-group/*")}, arn:aws:ec2:us-east-1:123456789012:security-group/*`,
      ...acting("closes-ports"),
    ]);
  });
  test("that watches, or has nothing to change, only looks", () => {
    expect(said(unitPolicy(units.watches, settings, owner))).toEqual([
      look,
      ...acting("watches-volumes"),
    ]);
    expect(said(unitPolicy({ ...units.saves, writes: [] }, settings, owner))).toEqual([
      look,
      ...acting("saves-volumes"),
    ]);
  });
  test("that is retired only looks: what takes its changes back is another role's", () => {
    expect(said(unitPolicy(units.retired, settings, owner))).toEqual([
      look,
      ...acting("retired-volumes"),
    ]);
    expect(said(undoPolicy(units.retired, settings, owner)).slice(1)).toEqual([
      "Allow ec2:DeleteSnapshot on arn:aws:ec2:eu-central-1::snapshot/*, arn:aws:ec2:us-east-1::snapshot/*",
    ]);
  });
  test("that asks may change what it is allowed to", () => {
    expect(unitPolicy({ ...units.saves, mode: "ask" }, settings, owner)).toEqual(
      unitPolicy(units.saves, settings, owner),
    );
  });
  test("for undo looks, and takes back", () => {
    expect(said(undoPolicy(units.closes, settings, owner))).toEqual([
      look,
      `Allow ec2:AuthorizeSecurityGroupIngress on ${arn("ec2", "security-group/*")}, arn:aws:ec2:us-east-1:123456789012:security-group/*`,
    ]);
  });
});

test("the role of a report looks, and writes its own part of the ledger", () => {
  expect(said(unitPolicy(units.costs, settings, owner))).toEqual([
    'Allow ce:GetCostAndUsage on * if {"StringEquals":{"aws:RequestedRegion":["us-east-1"]}}',
    ledger("DeleteItem GetItem PutItem Query UpdateItem", "unit#costs#*"),
    ...everyone("costs"),
  ]);
});

test("the role of a report that tells savings reads the lines of all runs, and nothing else of others", () => {
  const thrifty = { ...units.costs, readsSavings: true as const };
  const rest = new Set(said(unitPolicy(units.costs, settings, owner)));
  expect(said(unitPolicy(thrifty, settings, owner)).filter((each) => !rest.has(each))).toEqual([
    ledger("Query", "watch#units", "unit#*#runs"),
  ]);
});

test("the role of a report that reviews reads what all runs and undos did, and writes none of it", () => {
  const reviewing = { ...units.costs, readsPast: true as const };
  const rest = new Set(said(unitPolicy(units.costs, settings, owner)));
  expect(said(unitPolicy(reviewing, settings, owner)).filter((each) => !rest.has(each))).toEqual([
    ledger(
      "Query",
      "watch#units",
      "watch#findings",
      "unit#*#runs",
      "undo#*#runs",
      "unit#*#plan",
      "unit#*#run#*",
      "undo#*#run#*",
    ),
    ledger("GetItem", "decision#*"),
  ]);
});

test("the role of a report that remembers reads what the units that it names did, and no more", () => {
  const curious = { ...units.costs, remembers: ["closes-ports"] };
  const rest = new Set(said(unitPolicy(units.costs, settings, owner)));
  expect(said(unitPolicy(curious, settings, owner)).filter((each) => !rest.has(each))).toEqual([
    ledger(
      "GetItem",
      "unit#closes-ports#target#*",
      "unit#closes-ports#run#*",
      "undo#closes-ports#of#*",
    ),
  ]);
});

describe("the role that is shared", () => {
  const automations = ["closes-ports", "saves-volumes", "watches-volumes", "retired-volumes"];
  const undoable = ["closes-ports", "saves-volumes", "retired-volumes"];
  const invoke = (ids: readonly string[]) =>
    `Allow lambda:InvokeFunction on ${ids.map((id) => arn("lambda", `function:nightshift-${id}`)).join(", ")}`;
  const none = { ...manifest, units: [] };

  test("by what decides", () => {
    const rest = [ledger("GetItem PutItem", "decision#*"), ledger("GetItem", "unit#*#plan")];
    expect(said(sharedPolicy("decide", manifest, owner))).toEqual([
      ...rest,
      invoke(automations),
      ...everyone("decide"),
    ]);
    expect(said(sharedPolicy("decide", none, owner))).toEqual([...rest, ...everyone("decide")]);
  });
  test("by what takes back, of what may have done anything; and what may act does it again", () => {
    const reads = [
      ledger("BatchGetItem", "undo#*", "unit#*"),
      ledger("Query", `exempt#${owner.account}#*`, "undo#*", "unit#*"),
    ];
    expect(said(sharedPolicy("undo", manifest, owner))).toEqual([
      ledger("DeleteItem PutItem", "undo#*", ...undoable.map((id) => `unit#${id}#lock#*`)),
      ...reads,
      'Allow cloudtrail:LookupEvents on * if {"StringEquals":{"aws:RequestedRegion":["eu-central-1","us-east-1"]}}',
      readSwitch,
      invoke(["closes-ports", "saves-volumes", "undo"]),
      "Allow sts:AssumeRole on arn:aws:iam::123456789012:role/nightshift-undo-*",
      ...everyone("undo"),
    ]);
    expect(said(sharedPolicy("undo", none, owner))).toEqual([
      ledger("DeleteItem PutItem", "undo#*"),
      ...reads,
      readSwitch,
      ...everyone("undo"),
    ]);
  });
});

test("calls elsewhere are looked up where they are made, by whom one call is a change", () => {
  const { closes } = units;
  const there = { ...closes, elsewhere: ["eu-west-3"] };
  const writes = [
    ...closes.writes,
    { ...(closes.writes[0] as ManifestOperation), operation: "elsewhere:ec2:Copy" },
  ];
  const flows = { reads: [], writes: [], undoes: [], longest: 60 };
  const lookedUp = (unit: ManifestUnit) =>
    said(sharedPolicy("undo", { ...manifest, units: [unit] }, owner))
      .filter((statement) => statement.includes("LookupEvents"))
      .map((statement) => statement.includes("eu-west-3"));
  expect(lookedUp(there)).toEqual([false]);
  expect(lookedUp({ ...there, writes })).toEqual([true]);
  expect(lookedUp({ ...there, writes, flows } as ManifestUnit)).toEqual([false]);
});

test("a house of sixty automations has room in every role that they share", () => {
  const many = Array.from({ length: 60 }, (_, at) => ({
    ...units.closes,
    id: `automation-of-usual-length-${at}`,
  }));
  const house = { ...manifest, units: many };
  for (const name of [...shared, ...Object.keys(functionsOf(features))])
    expect(policyLength(sharedPolicy(name, house, owner)), name).toBeLessThan(longestPolicy);
});

test("what is deployed is what is enabled, of the kinds that are asked for", () => {
  const ids = (...kinds: Parameters<typeof deployed>[1][]) =>
    deployed(manifest, ...kinds).map(({ id }) => id);
  expect([ids("automation"), ids("report", "signal"), ids()]).toEqual([
    ["closes-ports", "saves-volumes", "watches-volumes", "retired-volumes"],
    ["costs", "alarms", "health"],
    [],
  ]);
});

test("a signal has the role that all signals share, any other unit its own", () => {
  expect(policyFor(manifest, "alarms", owner)).toEqual(sharedPolicy("signals", manifest, owner));
  expect(policyFor(manifest, "costs", owner)).toEqual(unitPolicy(units.costs, settings, owner));
});

describe("statements", () => {
  const grant = (
    action: string,
    on: string[],
    when?: ManifestOperation["grants"][number]["when"],
  ): ManifestOperation => ({
    operation: action,
    grants: [{ action, on, ...(when && { when }) }],
  });
  const of = (...operations: ManifestOperation[]) =>
    allowed("Look", operations, ["eu-central-1"], { ...owner, deployment: "nightshift" });

  test("with the same resources and conditions are one, their actions each once and in order", () => {
    expect(
      of(
        grant("ec2:StopInstances", ["instance/*"]),
        grant("ec2:StartInstances", ["instance/*"]),
        grant("ec2:StopInstances", ["instance/*"]),
      ),
    ).toEqual([
      {
        Sid: "Look1",
        Effect: "Allow",
        Action: ["ec2:StartInstances", "ec2:StopInstances"],
        Resource: [arn("ec2", "instance/*")],
      },
    ]);
  });
  test("are numbered, in the order of their actions", () => {
    const statements = of(
      grant("ec2:StopInstances", ["instance/*"]),
      grant("ec2:DeleteVolume", ["volume/*", "instance/*", "volume/*"]),
    );
    expect(statements.map(({ Sid, Action, Resource }) => [Sid, Action, Resource])).toEqual([
      ["Look1", ["ec2:DeleteVolume"], [arn("ec2", "instance/*"), arn("ec2", "volume/*")]],
      ["Look2", ["ec2:StopInstances"], [arn("ec2", "instance/*")]],
    ]);
  });
  test.each([
    ["budgets:ViewBudget", "budget/*", "arn:aws:budgets::123456789012:budget/*"],
    ["ce:GetTags", "billingview/*", "arn:aws:ce::123456789012:billingview/*"],
    [
      "cloudfront:GetDistribution",
      "distribution/*",
      "arn:aws:cloudfront::123456789012:distribution/*",
    ],
    ["health:DescribeEntities", "event/*", "arn:aws:health::123456789012:event/*"],
    ["iam:GetRole", "role/*", "arn:aws:iam::123456789012:role/*"],
    [
      "organizations:ListRoots",
      "organization/*",
      "arn:aws:organizations::123456789012:organization/*",
    ],
    ["route53:GetHostedZone", "hostedzone/*", "arn:aws:route53:::hostedzone/*"],
    ["s3:GetBucketTagging", "*-logs", "arn:aws:s3:::*-logs"],
    [
      "kms:CreateGrant",
      "arn:{partition}:kms:{region}:*:key/{any}",
      "arn:aws:kms:eu-central-1:*:key/*",
    ],
  ])("%s on %s", (action, on, wanted) =>
    expect(of(grant(action, [on]))[0]?.Resource).toEqual([wanted]),
  );

  test.each([
    "budgets",
    "ce",
    "cloudfront",
    "health",
    "iam",
    "organizations",
    "route53",
    "support",
    "trustedadvisor",
  ])("requests to %s count as us-east-1", (service) => {
    expect(of(grant(`${service}:List`, ["*"]))).toEqual([
      {
        Sid: "Look1",
        Effect: "Allow",
        Action: [`${service}:List`],
        Resource: ["*"],
        Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1"] } },
      },
    ]);
  });
  test("a condition of the grant's own stays beside that of the region", () => {
    const [{ Condition } = {}] = of(
      grant("ec2:DescribeTags", ["*"], {
        StringEquals: { "ec2:Owner": "me" },
        Bool: { "aws:SecureTransport": "true" },
      }),
    );
    expect(Condition).toEqual({
      StringEquals: { "ec2:Owner": "me", "aws:RequestedRegion": ["eu-central-1"] },
      Bool: { "aws:SecureTransport": "true" },
    });
  });

  test("a unit without regions looks at home, any other in all that are configured", () => {
    expect([
      regionsOf({ scope: "global" }, settings),
      regionsOf({ scope: "region" }, settings),
    ]).toEqual([["eu-central-1"], ["eu-central-1", "us-east-1"]]);
  });
  test.each<[configured: readonly string[], runsIn: readonly string[]]>([
    [["eu-central-1"], ["eu-central-1", "us-east-1"]],
    // Not twice.
    [
      ["eu-central-1", "us-east-1"],
      ["eu-central-1", "us-east-1"],
    ],
  ])(
    "of those that run where CloudFront keeps its certificates too, %j are %j",
    (regions, runsIn) =>
      expect(regionsOf({ central: true }, { home: "eu-central-1", regions })).toEqual(runsIn),
  );
});

describe("what calls elsewhere may do", () => {
  const operations: readonly ManifestOperation[] = [
    {
      operation: "elsewhere:ec2:CopySnapshot",
      grants: [
        { action: "ec2:CopySnapshot", on: ["snapshot/*"], elsewhere: "there" },
        { action: "ec2:CopySnapshot", on: ["snapshot/*"], elsewhere: "from here" },
        { action: "ec2:DescribeSnapshots", on: ["*"], elsewhere: "there" },
      ],
    },
    {
      operation: "ec2:DescribeSnapshots",
      grants: [{ action: "ec2:DescribeSnapshots", on: ["*"] }],
    },
  ];
  const statements = (elsewhere: readonly string[]) => {
    const place = { ...owner, deployment: "nightshift", elsewhere };
    const Statement = allowed("X", operations, ["eu-central-1"], place);
    return said({ Version: "2012-10-17", Statement });
  };
  const requestedIn = (region: string) =>
    JSON.stringify({ StringEquals: { "aws:RequestedRegion": [region] } });

  test("is allowed in the regions that the settings name, and what is not elsewhere in its own", () =>
    expect(statements(["eu-west-1"])).toEqual([
      "Allow ec2:CopySnapshot on arn:aws:ec2:eu-west-1:123456789012:snapshot/*",
      `Allow ec2:CopySnapshot on ${arn("ec2", "snapshot/*")} if ${requestedIn("eu-west-1")}`,
      `Allow ec2:DescribeSnapshots on * if ${requestedIn("eu-west-1")}`,
      `Allow ec2:DescribeSnapshots on * if ${requestedIn("eu-central-1")}`,
    ]));

  test("is nothing where the settings name none", () =>
    expect(statements([])).toEqual([
      `Allow ec2:DescribeSnapshots on * if ${requestedIn("eu-central-1")}`,
    ]));
});
