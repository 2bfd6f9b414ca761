import {
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  EC2Client,
  type IpPermission,
  type SecurityGroupRule,
  type Tag,
} from "@aws-sdk/client-ec2";
import { beforeAll, describe, expect, test } from "vitest";
import {
  authorizeSecurityGroupIngress,
  revokeSecurityGroupIngress,
} from "../../../aws/ec2/security-group.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { matchesPattern } from "../../../sdk/pattern.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { look, pagesBy, proposals, send } from "../../../test/setup/look.ts";
import unit, { type Opening } from "./index.ts";

const GroupId = "sg-0a1";
const here = {
  account: "123456789012",
  region: "eu-west-1",
  now: new Date("2026-11-21T02:00:00Z"),
  since: undefined,
};
const defaults = unit.config.parse({});

function opening(given: SecurityGroupRule, group: Partial<Opening["group"]> = {}): Opening {
  const rule = {
    SecurityGroupRuleId: "sgr-1",
    GroupId,
    IsEgress: false,
    IpProtocol: "tcp",
    FromPort: 22,
    ToPort: 22,
    ...given,
  };
  const cidrs = [rule.CidrIpv4, rule.CidrIpv6].filter((block) => block !== undefined);
  const source = {
    id: rule.SecurityGroupRuleId ?? "",
    protocol: rule.IpProtocol ?? "",
    from: rule.FromPort,
    to: rule.ToPort,
    cidrs,
  };
  return { rule, source, siblings: [source], group: { GroupId, ...group }, managed: undefined };
}

/** The call that undo makes, from the recorded state alone. */
const restored = (found: Opening) =>
  unit.restore?.calls(unit.state(found), { target: "sgr-1", within: found.group.GroupId });

describe("what is proposed", () => {
  test("a rule that opens SSH to the world is revoked by its id, and undo restores description and tags", () => {
    const tags = [
      { Key: "team", Value: "web" },
      { Key: "aws:created-by", Value: "somebody" },
    ];
    const found = opening({ CidrIpv4: "0.0.0.0/0", Description: "temporary", Tags: tags });
    expect(unit.propose(found, { ...here, config: defaults })).toEqual({
      because: "it opens port 22 to the internet (0.0.0.0/0)",
      call: revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: ["sgr-1"] }),
    });
    expect(restored(found)).toEqual(
      authorizeSecurityGroupIngress({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 22,
            ToPort: 22,
            IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "temporary" }],
          },
        ],
        TagSpecifications: [
          { ResourceType: "security-group-rule", Tags: [{ Key: "team", Value: "web" }] },
        ],
      }),
    );
  });

  test.each<[string, SecurityGroupRule, IpPermission]>([
    [
      "IPv6",
      { CidrIpv6: "::/0" },
      { IpProtocol: "tcp", FromPort: 22, ToPort: 22, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
    ],
    [
      "all protocols, which have no ports",
      { CidrIpv4: "0.0.0.0/0", IpProtocol: "-1", FromPort: -1, ToPort: -1 },
      { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ],
  ])("undo authorizes exactly what was there: %s", (_, rule, permission) => {
    expect(restored(opening(rule))).toStrictEqual(
      authorizeSecurityGroupIngress({ GroupId, IpPermissions: [permission] }),
    );
  });

  test("a prefix list's rule is named by its list, and undo restores it with its description", () => {
    const listed = opening({ PrefixListId: "pl-1", Description: "partners" });
    const source = { ...listed.source, cidrs: ["0.0.0.0/0"] };
    const found = { ...listed, source, siblings: [source] };
    expect(unit.propose(found, { ...here, config: defaults })).toEqual({
      because: "it opens port 22 to the internet (prefix list pl-1)",
      call: revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: ["sgr-1"] }),
    });
    expect(restored(found)).toEqual(
      authorizeSecurityGroupIngress({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 22,
            ToPort: 22,
            PrefixListIds: [{ PrefixListId: "pl-1", Description: "partners" }],
          },
        ],
      }),
    );
  });
  test("of IPv6 too the description comes back", () => {
    const found = opening({ CidrIpv6: "::/0", Description: "x" });
    expect(unit.propose(found, { ...here, config: defaults })).toMatchObject({
      because: "it opens port 22 to the internet (::/0)",
    });
    expect(restored(found)).toMatchObject({
      input: { IpPermissions: [{ Ipv6Ranges: [{ CidrIpv6: "::/0", Description: "x" }] }] },
    });
  });
  test("what opens only together with others says so", () => {
    const [low, high] = [
      opening({ CidrIpv4: "8.0.0.0/8" }),
      opening({ SecurityGroupRuleId: "sgr-2", CidrIpv4: "9.0.0.0/8" }),
    ];
    const siblings = [low.source, high.source];
    expect(unit.propose({ ...low, siblings }, { ...here, config: defaults })?.because).toBe(
      "together with other rules of its group it opens port 22 to the internet (8.0.0.0/8)",
    );
  });
  test.each(["SecurityGroupRuleId", "GroupId"] as const)(
    "a rule without its %s is left alone",
    (name) => {
      const { [name]: _, ...rule } = opening({ CidrIpv4: "0.0.0.0/0" }).rule;
      expect(
        unit.propose(
          { ...opening({ CidrIpv4: "0.0.0.0/0" }), rule },
          { ...here, config: defaults },
        ),
      ).toBeUndefined();
    },
  );
  test.each([
    [3389, 3389, "port 3389"],
    [1433, 2376, "ports 1433, 1521, 2375, 2376"],
    [1433, 2379, "ports 1433, 1521, 2375, 2376, 2379"],
    [1433, 3306, "ports 1433, 1521, 2375, 2376, 2379 and 1 more"],
  ])("ports %d to %d are told as %s", (FromPort, ToPort, words) => {
    expect(
      unit.propose(opening({ CidrIpv4: "0.0.0.0/0", FromPort, ToPort }), {
        ...here,
        config: defaults,
      })?.because,
    ).toBe(`it opens ${words} to the internet (0.0.0.0/0)`);
  });

  test("many ports are named in short", () => {
    const all = { CidrIpv4: "0.0.0.0/0", FromPort: 0, ToPort: 65_535 };
    expect(unit.propose(opening(all), { ...here, config: defaults })?.because).toBe(
      "it opens ports 22, 23, 135, 139, 445 and 18 more to the internet (0.0.0.0/0)",
    );
  });

  test("a port that the settings do not close stays open", () => {
    expect(
      unit.propose(opening({ CidrIpv4: "0.0.0.0/0" }), {
        ...here,
        config: unit.config.parse({ ports: [3389] }),
      }),
    ).toBeUndefined();
  });
});

describe("what is worst", () => {
  const danger = (rule: SecurityGroupRule, siblings: readonly Opening[] = []) => {
    const found = opening(rule);
    const all = [found, ...siblings].map(({ source }) => source);
    return unit.danger?.({ ...found, siblings: all }, { config: defaults }) ?? 0;
  };
  const high = opening({ SecurityGroupRuleId: "sgr-2", CidrIpv4: "11.0.0.0/8" });

  test("the whole internet before a part of it, all ports before one, alone before together", () => {
    const byDanger = [
      danger({ CidrIpv4: "0.0.0.0/0", IpProtocol: "-1" }),
      danger({ CidrIpv4: "0.0.0.0/0" }),
      danger({ CidrIpv4: "0.0.0.0/1" }),
      danger({ CidrIpv4: "12.0.0.0/8" }, [high]),
      danger({ CidrIpv4: "203.0.113.0/24" }),
    ];
    expect(byDanger.toSorted((a, b) => b - a)).toEqual(byDanger);
    expect(new Set(byDanger).size).toBe(byDanger.length);
  });
});

describe("target and state", () => {
  test("a rule lies within its group, whose tags cover it", () => {
    const tags: Tag[] = [{ Key: "nightshift:exempt", Value: "until=2026-11-30" }];
    expect(unit.target(opening({ CidrIpv4: "0.0.0.0/0" }, { Tags: tags }))).toEqual({
      id: "sgr-1",
      tags: [],
      within: { id: GroupId, tags },
      managed: undefined,
    });
  });
  test("its own tags are its own, and without any it has none", () => {
    const Tags: Tag[] = [{ Key: "a", Value: "1" }];
    expect(unit.target(opening({ Tags }))).toMatchObject({
      tags: Tags,
      within: { id: GroupId, tags: [] },
    });
  });
  test("the state is what undo restores, without what AWS itself writes", () => {
    const tags: Tag[] = [
      { Key: "a", Value: "1" },
      { Key: "aws:created-by", Value: "x" },
      { Value: "nameless" },
    ];
    expect(
      unit.state(opening({ CidrIpv6: "::/0", PrefixListId: "pl-1", Description: "x", Tags: tags })),
    ).toEqual({
      GroupId,
      IpProtocol: "tcp",
      FromPort: 22,
      ToPort: 22,
      CidrIpv4: undefined,
      CidrIpv6: "::/0",
      PrefixListId: "pl-1",
      Description: "x",
      Tags: { a: "1", "": "nameless" },
    });
    expect(unit.state(opening({}))).toMatchObject({ Tags: {} });
  });
  test("a restored rule has the state of the revoked one, although its id differs", () => {
    const before = opening({
      CidrIpv4: "0.0.0.0/0",
      Description: "x",
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    });
    const restored = opening({
      SecurityGroupRuleId: "sgr-2",
      CidrIpv4: "0.0.0.0/0",
      Description: "x",
      Tags: [
        { Key: "b", Value: "2" },
        { Key: "a", Value: "1" },
      ],
    });
    expect(unit.state(restored)).toEqual(unit.state(before));
    expect(unit.state(opening({ CidrIpv4: "0.0.0.0/0" }))).not.toEqual(unit.state(before));
  });
});

describe("config", () => {
  test("by default few ports are closed to all but small ranges, and what AWS manages is held", () => {
    const { ports, ...rest } = defaults;
    expect(rest).toEqual({ allow: [], widest: { ipv4: 8, ipv6: 16 }, managed: "hold" });
    expect(ports).toEqual(expect.arrayContaining([22, 3389, 5432, 6443]));
    expect(ports).not.toEqual(expect.arrayContaining([443]));
  });
  test.each([
    { ports: [0, 65_535] },
    { allow: ["203.0.113.0/24", "2001:db8::/32"] },
    { widest: { ipv4: 0, ipv6: 0 } },
    { widest: { ipv4: 32, ipv6: 128 } },
    { managed: "change" as const },
    { managed: "hold" as const },
  ])("%o is taken", (given) => expect(unit.config.parse(given)).toMatchObject(given));
  test("a half that is not said is the default", () =>
    expect(unit.config.parse({ widest: { ipv6: 32 } }).widest).toEqual({ ipv4: 8, ipv6: 32 }));
  test("a block that is none is told how it is written", () => {
    const { error } = unit.config.safeParse({ allow: ["office"] });
    expect(error?.issues.map(({ message }) => message)).toEqual([
      "must be a CIDR block, like 203.0.113.0/24",
    ]);
  });
  test.each([
    { ports: [65_536] },
    { ports: [-1] },
    { ports: [1.5] },
    { allow: ["office"] },
    { widest: { ipv4: 33 } },
    { widest: { ipv6: 129 } },
    { widest: { ipv4: -1 } },
    { port: [22] },
    { managed: "x" },
  ])("%o is refused", (given) => {
    expect(unit.config.safeParse(given).success).toBe(false);
  });
});

describe("events say where to look", () => {
  const onEvent = unit.on.find((trigger) => trigger.kind === "event");
  const detail = (
    eventName: string,
    requestParameters: object | null,
    responseElements: object | null = null,
  ) => ({
    eventName,
    requestParameters,
    responseElements,
  });
  test.each<[string, object, string[]]>([
    [
      "the group of a new rule",
      detail(
        "AuthorizeSecurityGroupIngress",
        { groupId: "sg-1", ipPermissions: { items: [] } },
        { securityGroupRuleSet: { items: [{ groupId: "sg-1", securityGroupRuleId: "sgr-1" }] } },
      ),
      ["sg-1"],
    ],
    [
      "the answer, where the request names the group by its name",
      detail(
        "AuthorizeSecurityGroupIngress",
        { groupName: "default" },
        { securityGroupRuleSet: { items: [{ groupId: "sg-2", securityGroupRuleId: "sgr-2" }] } },
      ),
      ["sg-2"],
    ],
    [
      "the nested group of a modified rule",
      detail("ModifySecurityGroupRules", {
        ModifySecurityGroupRulesRequest: {
          GroupId: "sg-3",
          SecurityGroupRule: { SecurityGroupRuleId: "sgr-3" },
        },
      }),
      ["sg-3"],
    ],
    [
      "the rule where no group is named",
      detail("ModifySecurityGroupRules", {
        ModifySecurityGroupRulesRequest: { SecurityGroupRule: [{ SecurityGroupRuleId: "sgr-4" }] },
      }),
      ["sgr-4"],
    ],
    [
      "the rule of the answer, where that names no group",
      detail(
        "AuthorizeSecurityGroupIngress",
        {},
        { securityGroupRuleSet: { items: [{ securityGroupRuleId: "sgr-5" }] } },
      ),
      ["sgr-5"],
    ],
    [
      "the prefix list that was changed",
      detail("ModifyManagedPrefixList", {
        ModifyManagedPrefixListRequest: {
          PrefixListId: "pl-1",
          CurrentVersion: 4,
          AddEntry: { tag: 1, Cidr: "0.0.0.0/0" },
        },
      }),
      ["pl-1"],
    ],
    [
      "the prefix list whose earlier version is back",
      detail("RestoreManagedPrefixListVersion", {
        RestoreManagedPrefixListVersionRequest: { PrefixListId: "pl-2", PreviousVersion: 1 },
      }),
      ["pl-2"],
    ],
    [
      "the prefix list in the older way of writing",
      detail("ModifyManagedPrefixList", { prefixListId: "pl-3" }),
      ["pl-3"],
    ],
    ["nothing", detail("AuthorizeSecurityGroupIngress", null), []],
    ["nothing, where the answer says nothing", detail("AuthorizeSecurityGroupIngress", {}, {}), []],
    [
      "nothing, where the answer names no rules",
      detail("AuthorizeSecurityGroupIngress", {}, { securityGroupRuleSet: {} }),
      [],
    ],
    [
      "nothing, where a rule has no id",
      detail("ModifySecurityGroupRules", {
        ModifySecurityGroupRulesRequest: { SecurityGroupRule: {} },
      }),
      [],
    ],
  ])("%s", (_, given, only) => {
    expect(onEvent?.only(given)).toEqual(only);
  });
  test.each([
    ["AuthorizeSecurityGroupIngress", "aws.ec2", true],
    ["ModifySecurityGroupRules", "aws.ec2", true],
    ["ModifyManagedPrefixList", "aws.ec2", true],
    ["RestoreManagedPrefixListVersion", "aws.ec2", true],
    ["DeleteManagedPrefixList", "aws.ec2", false],
    ["AuthorizeSecurityGroupEgress", "aws.ec2", false],
    ["AuthorizeSecurityGroupIngress", "aws.logs", false],
  ])("%s of %s begins a run: %s", (eventName, source, begins) => {
    expect(
      matchesPattern(onEvent?.pattern ?? {}, {
        source,
        "detail-type": "AWS API Call via CloudTrail",
        detail: { eventName },
      }),
    ).toBe(begins);
  });
  test("a refused call is no event of ours", () => {
    const event = {
      source: "aws.ec2",
      "detail-type": "AWS API Call via CloudTrail",
      detail: { eventName: "AuthorizeSecurityGroupIngress" },
    };
    expect(matchesPattern(onEvent?.pattern ?? {}, event)).toBe(true);
    expect(
      matchesPattern(onEvent?.pattern ?? {}, {
        ...event,
        detail: { ...event.detail, errorCode: "Client.UnauthorizedOperation" },
      }),
    ).toBe(false);
  });
});

describe("a prefix list that cannot be read", () => {
  const base = { GroupId, IsEgress: false, IpProtocol: "tcp", FromPort: 22, ToPort: 22 };
  const rules: SecurityGroupRule[] = [
    { ...base, SecurityGroupRuleId: "sgr-world", CidrIpv4: "0.0.0.0/0" },
    { ...base, SecurityGroupRuleId: "sgr-list", PrefixListId: "pl-1" },
  ];
  /** Who answers all but the list, for which there is an error. */
  const answering = (error: Error) =>
    (({ operation }: { readonly operation: string }) =>
      (async function* () {
        if (operation === "ec2:GetManagedPrefixListEntries") throw error;
        if (operation === "ec2:DescribeSecurityGroups") yield { GroupId };
        if (operation === "ec2:DescribeSecurityGroupRules") yield* rules;
      })()) as never;
  const openings = (error: Error) =>
    Array.fromAsync(
      unit.find({
        ...here,
        only: undefined,
        config: defaults,
        read: answering(error),
        pages: pagesBy(answering(error)),
        remembered: async () => undefined,
        madeBy: async () => undefined,
        keptOn: async () => [],
        note: () => {},
        regions: [here.region],
      }) as AsyncIterable<Opening>,
    );
  const listed = (given: Partial<Opening["source"]> = {}) => {
    const found = opening({ PrefixListId: "pl-1" });
    const source = { ...found.source, unreadable: "InvalidPrefixListID.NotFound: gone", ...given };
    return { ...found, source };
  };
  test("leaves its own rule unjudged, and says which list and why", () => {
    const found = listed();
    expect(() =>
      unit.propose({ ...found, siblings: [found.source] }, { ...here, config: defaults }),
    ).toThrow(
      new CannotJudge(
        "whom prefix list pl-1 lets in cannot be read: InvalidPrefixListID.NotFound: gone",
      ),
    );
  });
  test("is nothing to a rule of other ports, and to its siblings", () => {
    const { source } = listed();
    const world = opening({ SecurityGroupRuleId: "sgr-2", CidrIpv4: "0.0.0.0/0" });
    expect(
      unit.propose({ ...world, siblings: [source, world.source] }, { ...here, config: defaults })
        ?.because,
    ).toBe("it opens port 22 to the internet (0.0.0.0/0)");
  });
  test.each([
    ["InvalidPrefixListID.NotFound", "the list does not exist"],
    ["UnauthorizedOperation", "You are not authorized to perform this operation."],
  ])("is found out for one list alone: %s", async (name, message) => {
    const error = Object.assign(new Error(message), {
      name,
      $metadata: { httpStatusCode: 400 },
    });
    const found = await openings(error);
    expect(found.map(({ rule, source }) => [rule.SecurityGroupRuleId, source.unreadable])).toEqual([
      ["sgr-world", undefined],
      ["sgr-list", `${name}: ${message}`],
    ]);
  });
  test("fails the run where it is the system's error, so that it is tried again", async () => {
    const error = Object.assign(new Error("Request limit exceeded."), {
      name: "RequestLimitExceeded",
      $metadata: { httpStatusCode: 503 },
    });
    await expect(openings(error)).rejects.toThrow("Request limit exceeded.");
  });
});

test("what is found is each ingress rule, with what it lets in, beside its siblings; a list is read once, for closed ports alone", async () => {
  const base = { GroupId, IsEgress: false, IpProtocol: "tcp" };
  const rules: SecurityGroupRule[] = [
    { ...base, SecurityGroupRuleId: "sgr-1", FromPort: 22, ToPort: 22, CidrIpv4: "0.0.0.0/0" },
    { ...base, SecurityGroupRuleId: "sgr-2", FromPort: 22, ToPort: 22, CidrIpv6: "::/0" },
    { ...base, SecurityGroupRuleId: "sgr-3", FromPort: 22, ToPort: 22, PrefixListId: "pl-1" },
    { ...base, SecurityGroupRuleId: "sgr-4", FromPort: 5432, ToPort: 5432, PrefixListId: "pl-1" },
    { ...base, SecurityGroupRuleId: "sgr-5", FromPort: 443, ToPort: 443, PrefixListId: "pl-2" },
    { GroupId, IsEgress: false },
    { ...base, SecurityGroupRuleId: "sgr-6", IsEgress: true, CidrIpv4: "0.0.0.0/0" },
  ];
  const lists: unknown[] = [];
  const read = ({ operation, input }: { operation: string; input: { PrefixListId?: string } }) =>
    (async function* () {
      if (operation === "ec2:DescribeSecurityGroups") yield { GroupId };
      if (operation === "ec2:DescribeSecurityGroupRules") yield* rules;
      if (operation === "ec2:GetManagedPrefixListEntries") {
        lists.push(input.PrefixListId);
        yield* [{ Cidr: "8.0.0.0/8" }, {}];
      }
    })();
  const found = await Array.fromAsync(
    unit.find({
      ...here,
      only: undefined,
      config: defaults,
      read: read as never,
      pages: pagesBy(read as never),
      remembered: async () => undefined,
      madeBy: async () => undefined,
      keptOn: async () => [],
      note: () => {},
      regions: [here.region],
    }) as AsyncIterable<Opening>,
  );
  const sources = [
    { id: "sgr-1", protocol: "tcp", from: 22, to: 22, cidrs: ["0.0.0.0/0"] },
    { id: "sgr-2", protocol: "tcp", from: 22, to: 22, cidrs: ["::/0"] },
    { id: "sgr-3", protocol: "tcp", from: 22, to: 22, cidrs: ["8.0.0.0/8"] },
    { id: "sgr-4", protocol: "tcp", from: 5432, to: 5432, cidrs: ["8.0.0.0/8"] },
    { id: "sgr-5", protocol: "tcp", from: 443, to: 443, cidrs: [] },
    // What is not said is everything.
    { id: "", protocol: "-1", from: undefined, to: undefined, cidrs: [] },
  ];
  expect(found.map(({ source }) => source)).toEqual(sources);
  expect(found[0]).toEqual({
    rule: rules[0],
    source: sources[0],
    siblings: sources,
    group: { GroupId },
    managed: undefined,
  });
  expect(lists).toEqual(["pl-1"]);
});

describe("in an account", { tags: ["moto"] }, () => {
  let aws: TestAccount;
  let ec2: EC2Client;
  const groups: Record<string, string> = {};
  const rules: Record<string, string[]> = {};
  const ssh = (permission: Partial<IpPermission>): IpPermission => ({
    IpProtocol: "tcp",
    FromPort: 22,
    ToPort: 22,
    ...permission,
  });

  async function group(name: string, IpPermissions: IpPermission[], tags: Tag[] = []) {
    const { GroupId: id = "" } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: name,
        ...(tags.length && { TagSpecifications: [{ ResourceType: "security-group", Tags: tags }] }),
      }),
    );
    groups[name] = id;
    const { SecurityGroupRules = [] } = await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: id,
        IpPermissions,
        TagSpecifications: [
          { ResourceType: "security-group-rule", Tags: [{ Key: "made-for", Value: name }] },
        ],
      }),
    );
    rules[name] = SecurityGroupRules.map(({ SecurityGroupRuleId = "" }) => SecurityGroupRuleId);
  }

  beforeAll(async () => {
    aws = await embedded();
    ec2 = aws.client(EC2Client);
    const { PrefixList } = await ec2.send(
      new CreateManagedPrefixListCommand({
        PrefixListName: "everyone",
        AddressFamily: "IPv4",
        MaxEntries: 5,
        Entries: [{ Cidr: "0.0.0.0/1" }, { Cidr: "128.0.0.0/1" }],
      }),
    );
    await group("world", [
      ssh({ IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "just for today" }] }),
    ]);
    await group("world-6", [ssh({ Ipv6Ranges: [{ CidrIpv6: "::/0" }] })]);
    await group("halves", [
      ssh({
        IpRanges: [{ CidrIp: "0.0.0.0/1" }, { CidrIp: "128.0.0.0/1" }, { CidrIp: "8.8.8.8/32" }],
      }),
    ]);
    await group("everything", [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }]);
    await group("listed", [ssh({ PrefixListIds: [{ PrefixListId: PrefixList?.PrefixListId }] })]);
    await group("listed-too", [
      ssh({
        FromPort: 443,
        ToPort: 443,
        PrefixListIds: [{ PrefixListId: PrefixList?.PrefixListId }],
      }),
      ssh({ IpRanges: [{ CidrIp: "8.8.8.8/32" }] }),
    ]);
    await group("web", [ssh({ FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] })]);
    await group("office", [
      ssh({ IpRanges: [{ CidrIp: "8.8.8.8/32" }, { CidrIp: "10.0.0.0/8" }] }),
    ]);
    await group(
      "stack",
      [ssh({ IpRanges: [{ CidrIp: "0.0.0.0/0" }] })],
      [{ Key: "aws:cloudformation:stack-name", Value: "payments" }],
    );
    await group(
      "claimed",
      [ssh({ IpRanges: [{ CidrIp: "0.0.0.0/0" }] })],
      [{ Key: "kubernetes.io/cluster/mine", Value: "owned" }],
    );
  });

  test("exactly the open rules are proposed", async () => {
    const proposed = [...(await proposals(unit, aws)).keys()];
    const [low, high] = rules.halves ?? [];
    const whole = ["world", "world-6", "everything", "listed", "stack", "claimed"].flatMap(
      (name) => rules[name] ?? [],
    );
    expect(new Set(proposed)).toEqual(new Set([...whole, low, high]));
  });

  test("a stack's group is named as managed; a tag that anybody can write protects nothing", async () => {
    const by = async (name: string, config = {}) =>
      (await look(unit, aws, { only: [groups[name] ?? ""], config })).found.map(
        (one) => unit.target(one).managed,
      );
    expect([
      await by("stack"),
      await by("stack", { managed: "change" }),
      await by("claimed"),
    ]).toEqual([["the CloudFormation stack payments"], [undefined], [undefined]]);
  });

  test("a sweep takes two calls and one for each prefix list, whatever the number of groups", async () => {
    expect((await look(unit, aws)).requests).toBe(3);
  });

  test("a group's id finds its rules, a rule's id finds itself judged beside its siblings, and what is gone fails nobody", async () => {
    const [low = ""] = rules.halves ?? [];
    const only = [low, groups.office ?? "", "sgr-0123456789abcdef0", "sg-0123456789abcdef0"];
    const { found } = await look(unit, aws, { only });
    expect(new Set(found.map(({ rule }) => rule.SecurityGroupRuleId))).toEqual(
      new Set([low, ...(rules.office ?? [])]),
    );
    expect([...(await proposals(unit, aws, { only })).keys()]).toEqual([low]);
  });

  test("a prefix list's id finds all rules of the groups that let it in, and of no others", async () => {
    const [rule] = (await look(unit, aws, { only: [groups.listed ?? ""] })).found;
    const only = [rule?.rule.PrefixListId ?? "", "pl-0123456789abcdef0"];
    const { found } = await look(unit, aws, { only });
    const ports = found.map((one) => `${one.group.GroupId} ${one.rule.FromPort}`).sort();
    const listedToo = groups["listed-too"];
    expect(ports).toEqual([`${groups.listed} 22`, `${listedToo} 22`, `${listedToo} 443`].sort());
    expect(new Set((await proposals(unit, aws, { only })).keys())).toEqual(new Set(rules.listed));
  });

  test("only ingress rules are targets", async () => {
    expect((await look(unit, aws)).found.every(({ rule }) => rule.IsEgress === false)).toBe(true);
  });

  test.each(["world", "world-6", "everything", "listed"])(
    "revoked, it is gone; undone, it is as it was: %s",
    async (name) => {
      const [id = ""] = rules[name] ?? [];
      const only = [id, groups[name] ?? ""];
      const [before] = (await look(unit, aws, { only })).found;
      const proposal = (await proposals(unit, aws, { only })).get(id);
      if (!before || !proposal) throw new Error("nothing was proposed");
      await send(unit, aws, proposal.call);
      expect((await look(unit, aws, { only })).found).toEqual([]);
      for (const call of [restored(before) ?? []].flat()) await send(unit, aws, call);
      const [again] = (await look(unit, aws, { only })).found;
      expect(again && unit.state(again)).toEqual(unit.state(before));
      expect(again?.rule.SecurityGroupRuleId).not.toBe(id);
    },
  );
});
