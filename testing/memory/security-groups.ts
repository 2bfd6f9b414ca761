/** EC2: security groups and their ingress rules. */
import { TransactionRefused } from "./table.ts";
import {
  escaped,
  filtersOf,
  listedParameters,
  type Parameters,
  set,
  tagSet,
  tagsOfParameters,
} from "./xml.ts";

/** The XML inside an answer, and what is changed, if anything. */
interface Answered {
  readonly body: string;
  readonly changed?: readonly string[];
}

export interface Rule {
  readonly group: string;
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  /** A block, or the id of a prefix list. */
  readonly source: string;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export class MemorySecurityGroups {
  /** Tags by id. */
  readonly groups: Map<string, Readonly<Record<string, string>>>;
  readonly rules: Map<string, Rule>;
  readonly #owner: string;
  #made = 0;

  constructor(
    owner: string,
    groups = new Map<string, Readonly<Record<string, string>>>(),
    rules = new Map<string, Rule>(),
  ) {
    this.#owner = owner;
    this.groups = groups;
    this.rules = rules;
  }

  copy = (): MemorySecurityGroups =>
    new MemorySecurityGroups(
      this.#owner,
      structuredClone(this.groups),
      structuredClone(this.rules),
    );

  /** @returns the XML inside the answer, and what is changed; `undefined` where the operation is none of these */
  answer(operation: string, parameters: Parameters): Answered | undefined {
    const filters = filtersOf(parameters);
    const fits = (name: string, value: string) => filters.get(name)?.includes(value) ?? true;
    switch (operation) {
      case "DescribeSecurityGroups": {
        const shown = [...this.groups].filter(([id]) => fits("group-id", id));
        return {
          body: set(
            "securityGroupInfo",
            shown.map(
              ([id, tags]) =>
                `<ownerId>${this.#owner}</ownerId><groupId>${id}</groupId><groupName>${id}</groupName>${tagSet(tags)}`,
            ),
          ),
        };
      }
      case "DescribeSecurityGroupRules": {
        const shown = [...this.rules].filter(
          ([id, { group }]) => fits("group-id", group) && fits("security-group-rule-id", id),
        );
        return { body: this.#shown(shown) };
      }
      // Every list is of private blocks.
      case "GetManagedPrefixListEntries":
        return { body: set("entrySet", ["<cidr>10.0.0.0/8</cidr>"]) };
      case "RevokeSecurityGroupIngress":
        return this.#revoke(parameters);
      case "AuthorizeSecurityGroupIngress":
        return this.#authorize(parameters);
      default:
        return undefined;
    }
  }

  #revoke(parameters: Parameters): Answered {
    const ids = listedParameters(parameters, "SecurityGroupRuleId");
    const missing = ids.filter((id) => this.rules.get(id)?.group !== parameters.GroupId);
    // One that is not there, and none is revoked (rule: already-is-read).
    if (missing.length)
      throw new TransactionRefused(
        "InvalidPermission.NotFound",
        `The specified rule does not exist: ${missing.join(", ")}`,
      );
    const changed = ids.map((id) => this.#nameOf(id));
    for (const id of ids) this.rules.delete(id);
    return { body: "<return>true</return>", changed };
  }

  #authorize(parameters: Parameters): Answered {
    const at = "IpPermissions.1";
    const rule: Rule = {
      group: parameters.GroupId ?? "",
      protocol: parameters[`${at}.IpProtocol`] ?? "",
      from: Number(parameters[`${at}.FromPort`]),
      to: Number(parameters[`${at}.ToPort`]),
      source:
        parameters[`${at}.IpRanges.1.CidrIp`] ??
        parameters[`${at}.PrefixListIds.1.PrefixListId`] ??
        "",
      ...(parameters[`${at}.IpRanges.1.Description`] !== undefined && {
        description: parameters[`${at}.IpRanges.1.Description`] as string,
      }),
      tags: tagsOfParameters(parameters),
    };
    if (!this.groups.has(rule.group))
      throw new TransactionRefused(
        "InvalidGroup.NotFound",
        `The security group '${rule.group}' does not exist`,
      );
    const same = ({ group, protocol, from, to, source }: Rule) =>
      group === rule.group &&
      protocol === rule.protocol &&
      from === rule.from &&
      to === rule.to &&
      source === rule.source;
    if ([...this.rules.values()].some(same))
      throw new TransactionRefused(
        "InvalidPermission.Duplicate",
        `the specified rule "peer: ${rule.source}" already exists`,
      );
    const id = `sgr-${String(++this.#made).padStart(17, "0")}`;
    this.rules.set(id, rule);
    return {
      body: `<return>true</return>${this.#shown([[id, rule]])}`,
      changed: [this.#nameOf(id)],
    };
  }

  /** One that came back has a new id; its tag tells what it was. */
  #nameOf = (id: string): string => this.rules.get(id)?.tags.for ?? id;

  #shown = (rules: readonly (readonly [string, Rule])[]): string =>
    set(
      "securityGroupRuleSet",
      rules.map(
        ([id, { group, protocol, from, to, source, description, tags }]) =>
          `<securityGroupRuleId>${id}</securityGroupRuleId><groupId>${group}</groupId><groupOwnerId>${this.#owner}</groupOwnerId><isEgress>false</isEgress><ipProtocol>${protocol}</ipProtocol><fromPort>${from}</fromPort><toPort>${to}</toPort>${source.startsWith("pl-") ? `<prefixListId>${source}</prefixListId>` : `<cidrIpv4>${source}</cidrIpv4>`}${description === undefined ? "" : `<description>${escaped(description)}</description>`}${tagSet(tags)}`,
      ),
    );
}
