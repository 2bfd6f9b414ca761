/**
 * Closes what a security group opens to the whole internet and should not: the ports that people
 * administer machines and reach databases through are scanned within minutes of being opened.
 * Whoever needs one from outside names the addresses, goes through a tunnel or Session Manager, or
 * has the group exempted.
 *
 * Open is judged by how much of the public internet a port is let in from, over all rules of the
 * group (rule: open-to-the-world). A prefix list that AWS is still changing when its event comes is
 * read as it was before; the nightly sweep reads it again.
 */
import type { SecurityGroup, SecurityGroupRule } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { ownTags, permissionOf } from "../../../aws/ec2/rule-permission.ts";
import {
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  describeSecurityGroups,
  getManagedPrefixListEntries,
  revokeSecurityGroupIngress,
} from "../../../aws/ec2/security-group.ts";
import { automation } from "../../../sdk/automation.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import { minutes } from "../../../sdk/time.ts";
import { apiCall, sweep } from "../../../sdk/unit.ts";
import { orUnread, type Unread } from "../../../sdk/unread.ts";
import { type AddressSource, closedPorts, dangerOf, exposure } from "./exposure.ts";
import { type Family, parseCidr } from "./internet.ts";

/**
 * SSH, Telnet, RPC, NetBIOS, SMB, databases and caches, Docker, etcd, RDP, VNC, WinRM, Kubernetes,
 * search engines.
 */
const administration = [
  22, 23, 135, 139, 445, 1433, 1521, 2375, 2376, 2379, 3306, 3389, 5432, 5601, 5900, 5985, 5986,
  6379, 6443, 9200, 9300, 11211, 27017,
];

const cidr = z
  .string()
  .check(z.refine((text) => isCidr(text), "must be a CIDR block, like 203.0.113.0/24"));
function isCidr(text: string): boolean {
  try {
    return Boolean(parseCidr(text));
  } catch {
    return false;
  }
}

const port = z.int().check(z.gte(0), z.lte(65_535));
const prefixLength = (family: Family, otherwise: number) =>
  z._default(z.int().check(z.gte(0), z.lte(family === "ipv4" ? 32 : 128)), otherwise);
const config = z.strictObject({
  ports: z
    ._default(z.array(port), administration)
    .check(z.describe("Ports that the internet must not reach, over TCP or UDP.")),
  allow: z
    ._default(z.array(cidr), [])
    .check(z.describe("Public blocks that may reach them: a partner's, a scanner's.")),
  widest: z
    ._default(z.strictObject({ ipv4: prefixLength("ipv4", 8), ipv6: prefixLength("ipv6", 16) }), {
      ipv4: 8,
      ipv6: 16,
    })
    .check(
      z.describe(
        "Prefix length of the widest public range that may reach them; the blocks of a group add up. An IPv4 /8 is 0.4 % of all addresses.",
      ),
    ),
  managed: z
    ._default(z.enum(["hold", "change"]), "hold")
    .check(
      z.describe(
        "Rules of groups that CloudFormation, EKS and others manage, by tags that only AWS can write: held and named, or changed like any.",
      ),
    ),
});

/** In XML that became JSON a single one may stand without its list. */
const oneOrMore = <T extends z.ZodMiniType>(schema: T) => z.union([z.array(schema), schema]);
const NamesList = z.optional(z.object({ PrefixListId: z.optional(z.string()) }));
const Change = z.object({
  requestParameters: z.nullish(
    z.object({
      groupId: z.optional(z.string()),
      prefixListId: z.optional(z.string()),
      ModifyManagedPrefixListRequest: NamesList,
      RestoreManagedPrefixListVersionRequest: NamesList,
      ModifySecurityGroupRulesRequest: z.optional(
        z.object({
          GroupId: z.optional(z.string()),
          SecurityGroupRule: z.optional(
            oneOrMore(z.object({ SecurityGroupRuleId: z.optional(z.string()) })),
          ),
        }),
      ),
    }),
  ),
  responseElements: z.nullish(
    z.object({
      securityGroupRuleSet: z.optional(
        z.object({
          items: z.optional(
            z.array(
              z.object({
                groupId: z.optional(z.string()),
                securityGroupRuleId: z.optional(z.string()),
              }),
            ),
          ),
        }),
      ),
    }),
  ),
});

/**
 * The groups, for a new rule may complete an old one; the rules where no group is named; the prefix
 * list, which groups use.
 */
function changed({
  requestParameters,
  responseElements,
}: z.output<typeof Change>): (string | undefined)[] {
  const list =
    requestParameters?.ModifyManagedPrefixListRequest?.PrefixListId ??
    requestParameters?.RestoreManagedPrefixListVersionRequest?.PrefixListId ??
    requestParameters?.prefixListId;
  if (list) return [list];
  const modified = requestParameters?.ModifySecurityGroupRulesRequest;
  const asked = requestParameters?.groupId ?? modified?.GroupId;
  if (asked) return [asked];
  const answered =
    responseElements?.securityGroupRuleSet?.items?.map(
      ({ groupId, securityGroupRuleId }) => groupId ?? securityGroupRuleId,
    ) ?? [];
  return [
    ...answered,
    ...[modified?.SecurityGroupRule ?? []]
      .flat()
      .map(({ SecurityGroupRuleId }) => SecurityGroupRuleId),
  ];
}

/** A filter takes 200 values. */
const filterValues = 200;
/** A rule, what it lets in, the ingress rules of its group, and the group. */
export interface Opening {
  readonly rule: SecurityGroupRule;
  readonly source: AddressSource;
  readonly siblings: readonly AddressSource[];
  readonly group: Pick<SecurityGroup, "GroupId" | "GroupName" | "OwnerId" | "Tags">;
  /** Who else manages the group, if that holds its rules. */
  readonly managed: string | undefined;
}

const sourceOf = (
  { SecurityGroupRuleId = "", IpProtocol = "-1", FromPort, ToPort }: SecurityGroupRule,
  cidrs: readonly string[],
): AddressSource => ({
  id: SecurityGroupRuleId,
  protocol: IpProtocol,
  from: FromPort,
  to: ToPort,
  cidrs,
});
const ownCidrs = ({ CidrIpv4, CidrIpv6 }: SecurityGroupRule): string[] =>
  [CidrIpv4, CidrIpv6].filter((block) => block !== undefined);

function inWords(ports: readonly number[]): string {
  if (ports.length === 1) return `port ${ports[0]}`;
  const more = ports.length > 5 ? ` and ${ports.length - 5} more` : "";
  return `ports ${ports.slice(0, 5).join(", ")}${more}`;
}

export default automation({
  id: "open-ingress",
  family: "security",
  protects: true,
  summary:
    "Revokes security group rules that open administration and database ports to the internet",
  on: [
    sweep("cron(0 2 * * ? *)", { window: minutes(30) }),
    apiCall({
      source: "aws.ec2",
      names: [
        "AuthorizeSecurityGroupIngress",
        "ModifySecurityGroupRules",
        "ModifyManagedPrefixList",
        "RestoreManagedPrefixListVersion",
      ],
      detail: Change,
      only: changed,
    }),
  ],
  config,
  reads: [describeSecurityGroups, describeSecurityGroupRules, getManagedPrefixListEntries],
  writes: [revokeSecurityGroupIngress],
  lost: ["A rule that comes back has a new id."],

  async *find({ read, pages, only, config: { ports, managed }, account }) {
    const named = only && new Set(only);
    const lists = new Map<string, Promise<string[] | Unread>>();
    const entriesOf = async (PrefixListId: string) =>
      (await Array.fromAsync(read(getManagedPrefixListEntries({ PrefixListId })))).flatMap(
        ({ Cidr }) => Cidr ?? [],
      );
    /** Its owner may have unshared or deleted it: that must not keep us from all other rules. */
    const entries = (PrefixListId: string) => orUnread(entriesOf(PrefixListId));
    /** Lists are read once, and only for rules that a closed port goes through. */
    async function resolve(rule: SecurityGroupRule): Promise<AddressSource> {
      const { PrefixListId } = rule;
      const source = sourceOf(rule, ownCidrs(rule));
      if (!PrefixListId || closedPorts(source, ports).length === 0) return source;
      const listed = lists.get(PrefixListId) ?? entries(PrefixListId);
      lists.set(PrefixListId, listed);
      const cidrs = await listed;
      if ("unreadable" in cidrs) return { ...source, unreadable: cidrs.unreadable };
      return { ...source, cidrs };
    }

    /** The groups that let in who is on these lists: no filter of rules names a list. */
    async function* groupsThrough(ids: readonly string[]): AsyncGenerator<string> {
      if (!ids.length) return;
      for await (const { GroupId, IsEgress, PrefixListId } of read(describeSecurityGroupRules({})))
        if (GroupId && IsEgress === false && PrefixListId && ids.includes(PrefixListId))
          yield GroupId;
    }

    const rulesOf = (Values: string[]) =>
      Array.fromAsync(
        read(describeSecurityGroupRules({ Filters: [{ Name: "group-id", Values }] })),
      );

    async function* openingsOf(
      groups: readonly SecurityGroup[],
      all: readonly SecurityGroupRule[],
    ): AsyncGenerator<Opening> {
      const rules = all.filter(({ IsEgress }) => IsEgress === false);
      const byGroup = Map.groupBy(rules, ({ GroupId }) => GroupId);
      for (const group of groups) {
        const own = byGroup.get(group.GroupId) ?? [];
        const siblings = await Promise.all(own.map(resolve));
        const owner =
          group.OwnerId && group.OwnerId !== account
            ? `account ${group.OwnerId}, which owns the group`
            : undefined;
        const by =
          owner ?? (managed === "hold" ? managedBy(group.Tags, { unforgeable: true }) : undefined);
        for (const [at, source] of siblings.entries()) {
          const rule = own[at];
          if (rule && (!named || named.has(source.id) || named.has(group.GroupId ?? "")))
            yield { rule, source, siblings, group, managed: by };
        }
      }
    }

    if (only && named) {
      // By filter: a rule or group that is gone must not fail the others.
      const groups = new Set(only.filter((id) => id.startsWith("sg-")));
      for (const Values of chunks(
        only.filter((id) => id.startsWith("sgr-")),
        filterValues,
      ))
        for await (const { GroupId } of read(
          describeSecurityGroupRules({ Filters: [{ Name: "security-group-rule-id", Values }] }),
        ))
          if (GroupId) groups.add(GroupId);
      for await (const GroupId of groupsThrough(only.filter((id) => id.startsWith("pl-")))) {
        groups.add(GroupId);
        named.add(GroupId);
      }
      for (const Values of chunks([...groups], filterValues)) {
        const described = read(describeSecurityGroups({ Filters: [{ Name: "group-id", Values }] }));
        const [some, rules] = await Promise.all([Array.fromAsync(described), rulesOf(Values)]);
        yield* openingsOf(some, rules);
      }
      return;
    }
    const idsOf = (groups: readonly SecurityGroup[]) =>
      groups.flatMap(({ GroupId }) => GroupId ?? []);
    for await (const groups of pages(describeSecurityGroups({}), filterValues))
      for (const some of chunks(groups, filterValues))
        yield* openingsOf(some, await rulesOf(idsOf(some)));
  },

  target: ({ rule, group, managed }) => ({
    id: rule.SecurityGroupRuleId,
    tags: rule.Tags ?? [],
    within: { id: group.GroupId, tags: group.Tags ?? [] },
    managed,
  }),

  name: ({ group }) => group.GroupName,
  becomes: () => null,
  state: ({
    rule: {
      GroupId,
      IpProtocol,
      FromPort,
      ToPort,
      CidrIpv4,
      CidrIpv6,
      PrefixListId,
      Description,
      Tags,
    },
  }) => ({
    GroupId,
    IpProtocol,
    FromPort,
    ToPort,
    CidrIpv4,
    CidrIpv6,
    PrefixListId,
    Description,
    Tags: Object.fromEntries(ownTags(Tags).map(({ Key = "", Value }) => [Key, Value] as const)),
  }),

  // Whoever opens it again may describe it in other words.
  recognise: ({ rule: { IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, PrefixListId } }) => ({
    IpProtocol,
    FromPort,
    ToPort,
    CidrIpv4,
    CidrIpv6,
    PrefixListId,
  }),
  // The group is where the rule was, whatever the recorded state says.
  restore: {
    by: [authorizeSecurityGroupIngress],
    calls({ Tags, ...rule }, { within }) {
      const tags = Object.entries(Tags).map(([Key, Value]) => ({ Key, Value }));
      return authorizeSecurityGroupIngress({
        GroupId: within,
        IpPermissions: [permissionOf(rule)],
        ...(tags.length > 0 && {
          TagSpecifications: [{ ResourceType: "security-group-rule", Tags: tags }],
        }),
      });
    },
  },

  propose({ rule, source, siblings }, { config }) {
    const { SecurityGroupRuleId, GroupId, CidrIpv4, CidrIpv6, PrefixListId } = rule;
    if (!SecurityGroupRuleId || !GroupId) return;
    if (source.unreadable !== undefined)
      throw new CannotJudge(
        `whom prefix list ${PrefixListId} lets in cannot be read: ${source.unreadable}`,
      );
    const open = exposure(source, siblings, config);
    if (!open) return;
    const from = CidrIpv4 ?? CidrIpv6 ?? `prefix list ${PrefixListId}`;
    return {
      because: `${open.together ? "together with other rules of its group it" : "it"} opens ${inWords(open.ports)} to the internet (${from})`,
      call: revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: [SecurityGroupRuleId] }),
    };
  },

  danger({ source, siblings }, { config }) {
    const open = exposure(source, siblings, config);
    return open ? dangerOf(source, open, config) : 0;
  },
});
