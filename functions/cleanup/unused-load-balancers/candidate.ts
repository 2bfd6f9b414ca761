/** What else there is to know of load balancers that would be deleted. */
import type {
  Action,
  LoadBalancer,
  Rule,
  Tag,
  TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  describeElasticLoadBalancingTags,
  describeListeners,
  describeLoadBalancerAttributes,
} from "../../../aws/elasticloadbalancing/load-balancer.ts";
import {
  describeRules,
  describeTargetGroups,
  describeTargetHealth,
} from "../../../aws/elasticloadbalancing/target-group.ts";
import { compareText } from "../../../sdk/compare.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type BalancerUsers, readsOfUsers, userOf } from "./users.ts";

export const readsOfBalancers = [
  describeLoadBalancerAttributes,
  describeElasticLoadBalancingTags,
  describeListeners,
  describeRules,
  describeTargetGroups,
  describeTargetHealth,
  ...readsOfUsers,
] as const;
type Read = Reader<typeof readsOfBalancers>;

/** What a listener does, as whoever makes it again has to say it. */
export interface ListenerSpec {
  /** `HTTPS:443` */
  readonly at: string;
  readonly certificates: readonly string[];
  /** Its rules in their order, the default last. */
  readonly rules: readonly string[];
}

export interface BalancerCandidate {
  readonly tags: readonly Tag[];
  /** Who or what else decides about it. */
  readonly manager: string | undefined;
  readonly listeners: readonly ListenerSpec[];
  /** Attributes that AWS does not set by itself to nothing. */
  readonly attributes: Readonly<Record<string, string>>;
  /** A listener answers without a target: it redirects, or has an answer of its own. */
  readonly answersItself: boolean;
  /** Targets are registered in a group of its own. */
  readonly hasTargets: boolean;
}

const answering: ReadonlySet<string | undefined> = new Set(["redirect", "fixed-response"]);

function actionInWords(action: Action): string {
  const { Type = "", ForwardConfig, TargetGroupArn, RedirectConfig, FixedResponseConfig } = action;
  const groups = ForwardConfig?.TargetGroups?.map((group) => group.TargetGroupArn) ?? [];
  const to = groups.length ? groups : [TargetGroupArn];
  const config = RedirectConfig ?? FixedResponseConfig ?? action.AuthenticateOidcConfig;
  return [Type, ...to.filter(Boolean), ...(config ? [JSON.stringify(config)] : [])].join(" ");
}

function ruleInWords({ Priority = "default", Conditions = [], Actions = [] }: Rule): string {
  const when = Conditions.map((condition) => JSON.stringify(condition));
  const conditions = when.length ? ` if ${when.join(" and ")}` : "";
  return `${Priority}${conditions}: ${Actions.map(actionInWords).join(", then ")}`;
}

const priorityOf = ({ Priority = "" }: Rule): number =>
  Number(Priority) || Number.POSITIVE_INFINITY;

/** Rules of a listener; those of other load balancers than application ones have none. */
async function rulesOf(read: Read, { Type }: LoadBalancer, ListenerArn: string | undefined) {
  if (Type !== "application") return [];
  const rules = await Array.fromAsync(read(describeRules({ ListenerArn })));
  return rules.sort((a, b) => priorityOf(a) - priorityOf(b));
}

async function listenersOf(read: Read, balancer: LoadBalancer) {
  const { LoadBalancerArn } = balancer;
  const specs: ListenerSpec[] = [];
  let answersItself = false;
  for await (const listener of read(describeListeners({ LoadBalancerArn }))) {
    const { Protocol, Port, ListenerArn, DefaultActions = [], Certificates = [] } = listener;
    const rules = await rulesOf(read, balancer, ListenerArn);
    const all = [...rules.flatMap(({ Actions = [] }) => Actions), ...DefaultActions];
    answersItself ||= all.some(({ Type }) => answering.has(Type));
    specs.push({
      at: [Protocol ?? "all", Port ?? ""].join(":").replace(/:$/, ""),
      certificates: Certificates.flatMap(({ CertificateArn }) => CertificateArn ?? []),
      rules: rules.length
        ? rules.map(ruleInWords)
        : [`default: ${DefaultActions.map(actionInWords).join(", then ")}`],
    });
  }
  return { listeners: specs.sort((a, b) => compareText(a.at, b.at)), answersItself };
}

async function hasTargetsIn(read: Read, groups: readonly TargetGroup[]): Promise<boolean> {
  for (const { TargetGroupArn } of groups) {
    const answer = await read(describeTargetHealth({ TargetGroupArn }));
    if (answer?.TargetHealthDescriptions?.length) return true;
  }
  return false;
}

const protection = "deletion_protection.enabled";

/** A balancer, with the groups that it sends to. */
export interface ExaminedBalancer {
  readonly balancer: LoadBalancer;
  readonly groups: readonly TargetGroup[];
  readonly users: BalancerUsers;
}

const gone: ReadonlySet<string> = new Set([
  "LoadBalancerNotFoundException",
  "LoadBalancerNotFound",
  "ListenerNotFoundException",
  "ListenerNotFound",
]);

/** @returns nothing where it has gone meanwhile, or a listener of it */
export async function balancerCandidate(
  read: Read,
  examined: ExaminedBalancer,
): Promise<BalancerCandidate | undefined> {
  try {
    return await candidateOf(read, examined);
  } catch (error) {
    if (error instanceof Error && gone.has(error.name)) return undefined;
    throw error;
  }
}

async function candidateOf(
  read: Read,
  { balancer, groups, users }: ExaminedBalancer,
): Promise<BalancerCandidate | undefined> {
  const { LoadBalancerArn = "" } = balancer;
  const told = await read(describeElasticLoadBalancingTags({ ResourceArns: [LoadBalancerArn] }));
  const attributes = await read(describeLoadBalancerAttributes({ LoadBalancerArn }));
  if (!told || !attributes) return undefined;
  const tags = told.TagDescriptions?.[0]?.Tags ?? [];
  const set = (attributes.Attributes ?? []).flatMap(({ Key = "", Value = "" }) =>
    Value && Value !== "false" ? [[Key, Value] as const] : [],
  );
  const isProtected = set.some(([key, value]) => key === protection && value === "true");
  const guarded = isProtected ? "deletion protection, which somebody set on it" : undefined;
  return {
    tags,
    manager: managedBy(tags) ?? guarded ?? userOf(balancer, groups, users),
    attributes: Object.fromEntries(set.sort(([a], [b]) => compareText(a, b))),
    ...(await listenersOf(read, balancer)),
    hasTargets: await hasTargetsIn(read, groups),
  };
}
