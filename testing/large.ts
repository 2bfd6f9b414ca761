/**
 * An account as large as one likes, without holding it: security groups and their rules in real
 * pages of XML, behind EC2's token bucket. Its time is what passes here and what somebody would have
 * waited.
 */
import type { HttpRequest } from "@smithy/types";
import { createClients } from "../engine/run/clients.ts";
import { createHost, type Host } from "../engine/run/host.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { noLog } from "../sdk/log.ts";
import { after, type Clock, clockAt, hours } from "../sdk/time.ts";
import { testSettings } from "./host.ts";
import { requestOf } from "./memory/aws.ts";
import { memoryLedger } from "./memory/ledger.ts";
import { filtersOf, type Parameters } from "./memory/xml.ts";

const account = "123456789012";
const region = "eu-west-1";

/** How many there are, and how fast they may be asked for. */
export interface Size {
  readonly groups: number;
  /** Of each group. */
  readonly rules: number;
  /** EC2's, where it says no other. */
  readonly limit?: RateLimit;
}

/** Requests at once, and so many more each second. */
export interface RateLimit {
  readonly burst: number;
  readonly each: number;
}

/** EC2's for Describe calls. */
const describeLimit: RateLimit = { burst: 100, each: 20 };

/** Seconds that so many requests take at least. */
export const leastSeconds = (
  requests: number,
  { burst, each }: RateLimit = describeLimit,
): number => Math.max(0, requests - burst) / each;

export interface LargeAccount {
  readonly host: Host;
  readonly clock: Clock;
  /** Answered with a page; rules and groups on them. */
  readonly pages: number;
  readonly rules: number;
  /** Refused by the rate limit. */
  readonly refused: number;
  /** Called after each page. */
  onPage: () => void;
}

const groupId = (at: number): string => `sg-${at.toString(16).padStart(17, "0")}`;
const groupAt = (id: string): number => Number.parseInt(id.slice(3), 16);

const groupXml = (at: number): string =>
  `<item><ownerId>${account}</ownerId><groupId>${groupId(at)}</groupId><groupName>web-${at}</groupName><groupDescription>made by the team</groupDescription><vpcId>vpc-1</vpcId><tagSet><item><key>team</key><value>web</value></item></tagSet></item>`;

/** Closed to the internet: nothing is proposed. */
function ruleXml(group: number, at: number): string {
  const id = `sgr-${(group * 1000 + at).toString(16).padStart(17, "0")}`;
  const source = `<cidrIpv4>10.${group % 256}.${at % 256}.0/24</cidrIpv4>`;
  return `<item><securityGroupRuleId>${id}</securityGroupRuleId><securityGroupRuleArn>arn:aws:ec2:${region}:${account}:security-group-rule/${id}</securityGroupRuleArn><groupId>${groupId(group)}</groupId><groupOwnerId>${account}</groupOwnerId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>${source}<description>from the office</description><tagSet><item><key>team</key><value>web</value></item></tagSet></item>`;
}

interface Page {
  readonly body: string;
  readonly rules: number;
}

/** The items from `from` on, as many as a page may have, and where the next page begins. */
function pageOf(
  set: string,
  parameters: Parameters,
  all: { readonly count: number; readonly item: (at: number) => string },
): { readonly body: string; readonly items: number } {
  const from = Number(parameters.NextToken ?? 0);
  const to = Math.min(all.count, from + Number(parameters.MaxResults ?? 1000));
  let items = "";
  for (let at = from; at < to; at += 1) items += all.item(at);
  const next = to < all.count ? `<nextToken>${to}</nextToken>` : "";
  return { body: `<${set}>${items}</${set}>${next}`, items: to - from };
}

function answer(operation: string, parameters: Parameters, size: Size): Page {
  if (operation === "DescribeSecurityGroups")
    return {
      ...pageOf("securityGroupInfo", parameters, { count: size.groups, item: groupXml }),
      rules: 0,
    };
  const groups = (filtersOf(parameters).get("group-id") ?? []).map(groupAt);
  const item = (at: number) => ruleXml(groups[Math.floor(at / size.rules)] ?? 0, at % size.rules);
  const page = pageOf("securityGroupRuleSet", parameters, {
    count: groups.length * size.rules,
    item,
  });
  return { ...page, rules: page.items };
}

/** Tokens of a rate limit, by a clock. */
function bucket(clock: Clock, { burst, each }: RateLimit) {
  let tokens = burst;
  let filled = clock.now().getTime();
  return (): boolean => {
    const now = clock.now().getTime();
    tokens = Math.min(burst, tokens + ((now - filled) / 1000) * each);
    filled = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

const throttled =
  "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>";

/**
 * @param unit that watches it
 * @param clock whose time fills the bucket
 */
export function largeAccount(
  unit: AnyAutomation,
  size: Size,
  clock: Clock = clockAt(new Date("2026-11-21T02:00:00Z")),
): LargeAccount {
  const take = bucket(clock, size.limit ?? describeLimit);
  const counts = { pages: 0, rules: 0, refused: 0, onPage() {} };
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(sent: HttpRequest) {
      const { operation, input } = requestOf(sent);
      if (!take()) {
        counts.refused += 1;
        return { response: { statusCode: 503, headers: {}, body: Buffer.from(throttled) } };
      }
      const { body, rules } = answer(operation, input, size);
      counts.pages += 1;
      counts.rules += rules;
      counts.onPage();
      const xml = `<${operation}Response><requestId>1</requestId>${body}</${operation}Response>`;
      return { response: { statusCode: 200, headers: {}, body: Buffer.from(xml) } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  const clients = createClients(clock, {
    endpoint: "http://memory",
    credentials: async () => ({ accessKeyId: "memory", secretAccessKey: "memory" }),
    requestHandler,
  });
  const host = {
    ...createHost({
      account,
      settings: testSettings({ region }, unit),
      clock,
      clients,
      store: memoryLedger(clock).store,
      log: noLog,
      deadline: after(clock.now(), hours(48)),
    }),
    killSwitch: async () => "run",
  };
  return Object.assign(counts, { host, clock });
}
