/** Grants of declared calls as IAM statements: ARN templates filled in, conditions added. */

import type { Conditions, Grant } from "../sdk/call.ts";
import { exemptingRules } from "../sdk/exempt-from.ts";
import { everyRegion, regionsOf } from "./every-region.ts";
import { idsOf } from "./former-ids.ts";
import type { ManifestOperation, ManifestUnit } from "./manifest.ts";
import type { ParsedSettings } from "./settings.ts";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Conditions;
}
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** What ARNs need beside the settings. Both may be CDK tokens. */
export interface Owner {
  readonly partition: string;
  readonly account: string;
}

/** What the placeholders of a call's ARN templates are filled in with, beside the region. */
export interface StatementPlace extends Owner {
  /** The deployment's prefix. */
  readonly deployment: string;
  /** The regions that calls elsewhere may be made in. */
  readonly elsewhere?: readonly string[];
  /** What the unit's settings name, by placeholder. */
  readonly named?: Readonly<Record<string, readonly string[]>>;
}

/** The tag that exempts, as IAM sees it. */
const exemptTag = "aws:ResourceTag/nightshift:exempt";

/** Where requests to services without regions are counted, whatever region the caller is in. */
const requestedIn: Readonly<Record<string, string>> = {
  budgets: "us-east-1",
  ce: "us-east-1",
  cloudfront: "us-east-1",
  health: "us-east-1",
  iam: "us-east-1",
  organizations: "us-east-1",
  route53: "us-east-1",
  route53domains: "us-east-1",
  support: "us-east-1",
  trustedadvisor: "us-east-1",
};
/** Whether its calls are told in one region, whatever region the caller is in. */
export const isWithoutRegions = (operation: string): boolean =>
  operation.slice(0, operation.indexOf(":")) in requestedIn;

/** Services whose ARNs have no region, and those that have no account either. */
const withoutRegion = new Set([
  "budgets",
  "ce",
  "cloudfront",
  "health",
  "iam",
  "organizations",
  "route53",
  "s3",
]);
const withoutAccount = new Set(["route53", "s3"]);

const unique = (values: readonly string[]): string[] => [...new Set(values)];
const sorted = (values: readonly string[]): string[] => unique(values).sort();

/** One pass: what is filled in may be a token that itself contains braces. */
const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "*");

/** In an ARN template: what the unit's settings name, `function:{named_validator}`. */
const namedPlaceholder = /\{named_(\w+)\}/;

/** A template for each name that the settings give for its placeholder: none where they give none. */
function withNames(template: string, named: StatementPlace["named"] = {}): string[] {
  const [placeholder, name] = namedPlaceholder.exec(template) ?? [];
  if (placeholder === undefined || name === undefined) return [template];
  return (named[name] ?? []).map((each) => template.replace(placeholder, each));
}

/** The ARNs that a template of a call's grant stands for, in each region. */
export function grantArns(
  template: string,
  action: string,
  regions: readonly string[],
  { elsewhere: _elsewhere, named: _named, ...place }: StatementPlace,
): string[] {
  if (template === "*") return ["*"];
  const service = action.slice(0, action.indexOf(":"));
  const prefix = `arn:{partition}:${service}:${withoutRegion.has(service) ? "" : "{region}"}:${withoutAccount.has(service) ? "" : "{account}"}:`;
  const full = template.startsWith("arn:") ? template : prefix + template;
  return regions.map((region) => fill(full, { ...place, region }));
}

/** Where what it is about lies, and where the request is made. */
interface Reach {
  readonly lies: readonly string[];
  readonly asked: readonly string[];
}

function reachOf(
  { elsewhere }: Grant,
  regions: readonly string[],
  { elsewhere: there = [] }: StatementPlace,
): Reach {
  if (!elsewhere) return { lies: regions, asked: regions };
  return { lies: elsewhere === "there" ? there : regions, asked: there };
}

/**
 * What cannot be limited to a resource is at least limited to the configured regions, and what is
 * asked of another region to that.
 */
function inRegions(
  { action, on, when, elsewhere }: Grant,
  regions: readonly string[],
): Conditions | undefined {
  if (!on.includes("*") && elsewhere !== "from here") return when;
  const fixed = requestedIn[action.slice(0, action.indexOf(":"))];
  return {
    ...when,
    StringEquals: { ...when?.StringEquals, "aws:RequestedRegion": fixed ? [fixed] : [...regions] },
  };
}

/**
 * Grants with the same resources and conditions in one statement each. Nothing is ordered by its
 * ARNs: they may be tokens, numbered anew each time.
 */
export function allowed(
  sid: string,
  operations: readonly ManifestOperation[],
  regions: readonly string[],
  place: StatementPlace,
): Statement[] {
  const groups = new Map<
    string,
    { actions: string[]; resources: string[]; condition: Conditions | undefined }
  >();
  for (const grant of operations.flatMap(({ grants }) => grants)) {
    const { lies, asked } = reachOf(grant, regions, place);
    if (!lies.length || !asked.length) continue;
    const on = grant.on.flatMap((template) => withNames(template, place.named));
    if (!on.length) continue;
    const resources = unique(
      sorted(on).flatMap((template) => grantArns(template, grant.action, lies, place)),
    );
    const condition = inRegions(grant, asked);
    const key = JSON.stringify([resources, condition]);
    const group = groups.get(key) ?? { actions: [], resources, condition };
    group.actions.push(grant.action);
    groups.set(key, group);
  }
  return [...groups]
    .map(([, group]) => ({ ...group, actions: sorted(group.actions) }))
    .sort((a, b) => (String(a.actions) < String(b.actions) ? -1 : 1))
    .map(({ actions, resources, condition }, index) => ({
      Sid: `${sid}${index + 1}`,
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(condition && { Condition: condition }),
    }));
}

/** What an earlier statement allows in the same words is not allowed again. */
export function onceEach(statements: readonly Statement[]): Statement[] {
  const seen = new Set<string>();
  return statements.flatMap((statement) => {
    const where = JSON.stringify([statement.Resource, statement.Condition]);
    const left = statement.Action.filter((action) => !seen.has(`${action} ${where}`));
    for (const action of left) seen.add(`${action} ${where}`);
    return left.length ? [{ ...statement, Action: left }] : [];
  });
}

/** Where it looks: more than where it runs, for a report that looks everywhere. */
export const lookedAt = (
  unit: Pick<ManifestUnit, "scope" | "everywhere" | "central">,
  settings: Pick<ParsedSettings, "home" | "regions">,
): readonly string[] => (unit.everywhere ? everyRegion(settings) : regionsOf(unit, settings));

/**
 * As guards read the tag: what they leave alone is denied, and nothing else (rules: tag-grammar,
 * unauthenticated-tags).
 * @param roughly by one pattern of each other automation, in place of three
 */
export function exemptionDenied(
  unit: ManifestUnit,
  { roughly = false }: { readonly roughly?: boolean } = {},
): Statement[] {
  const { id, formerly, others, exemptByName: byName, reads, writes } = unit;
  const actionsOf = (calls: readonly ManifestOperation[]): string[] =>
    calls.flatMap(({ grants }) => grants.map(({ action }) => action));
  // What changes something may look first, and what is exempt is looked at as well.
  const looking = new Set(actionsOf(reads));
  const actions = sorted(actionsOf(writes)).filter((action) => !looking.has(action));
  if (!actions.length) return [];
  const rules = exemptingRules({ own: idsOf(id, { formerly }), others, byName, roughly });
  return rules.map(
    ({ name, like, unlike }): Statement => ({
      Sid: name,
      Effect: "Deny",
      Action: actions,
      Resource: ["*"],
      Condition: {
        Null: { [exemptTag]: "false" },
        ...(like && { StringLike: { [exemptTag]: like } }),
        ...(unlike && { StringNotLike: { [exemptTag]: unlike } }),
      },
    }),
  );
}
