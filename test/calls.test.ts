/**
 * Every declared call against data of others: AWS's service authorization reference and the SDK's
 * own schemas.
 */
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { DescribeInstanceAttributeCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { type Read, read, type SdkClient, type Write } from "../sdk/call.ts";
import { sentAs, wrongInCall } from "../testing/contract/calls.ts";

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

const lowerFirst = (text: string) => text.replace(/^./, (letter) => letter.toLowerCase());
const split = (action: string) => action.split(":") as [service: string, name: string];

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

/** How it comes back is a part of what a call is: undo, policies and messages follow from it. */
const declarations = calls.map(({ call }) =>
  [call.operation, call.kind === "write" ? call.back : "read"].join(" "),
);
const isDeclaredTwice = (operation: string): boolean =>
  calls.filter(({ call }) => call.operation === operation).length > 1;

test("operations are declared once for each way in which they come back", () => {
  expect(declarations.filter((each, at) => declarations.indexOf(each) !== at)).toEqual([]);
  expect(declarations.length).toBeGreaterThan(0);
});

describe.each(calls)("$call.operation", ({ file, name, call }) => {
  test("is what the SDK sends", async () => {
    const [, operation] = split(sentAs(call.operation));
    expect(await sent(call)).toEqual(expect.arrayContaining([operation]));
  });

  test("is named after its operation and lies in its service's folder", () => {
    const [service, operation] = split(sentAs(call.operation));
    const plain = call.elsewhere ? name.replace(/Elsewhere$/, "") : name;
    expect(file.startsWith(`aws/${service}/`)).toBe(true);
    // Of two services' operations of one name each has the service's in it: names are exported once.
    const ofService = service.replace(/\d+$/, "");
    if (isDeclaredTwice(call.operation)) expect(plain.startsWith(lowerFirst(operation))).toBe(true);
    else
      expect([plain.toLowerCase(), plain.toLowerCase().replace(ofService, "")]).toContain(
        operation.toLowerCase(),
      );
  });

  test("asks IAM for what there is, and for all that it needs", async () =>
    expect(await wrongInCall(call)).toEqual([]));
});

describe("what is declared wrongly is refused", () => {
  const declared = (given: Parameters<typeof read>[3], operation: `${string}:${string}`) =>
    read(operation, EC2Client, DescribeInstanceAttributeCommand, given);

  test.each<[what: string, call: Read, remedy: string]>([
    [
      "an action that there is not",
      declared({ on: "instance/*" }, "ec2:DescribeInstanceAtribute"),
      "there is no IAM action ec2:DescribeInstanceAtribute",
    ],
    [
      "a resource that its service does not have",
      declared({ on: "machine/*" }, "ec2:StopInstances"),
      'on: "machine/*" is no resource of ec2:StopInstances, which has ',
    ],
    [
      "everything, where there are resources",
      declared({}, "ec2:DescribeInstanceAttribute"),
      "ec2:DescribeInstanceAttribute is granted on everything: say on which instance",
    ],
    [
      "a resource, where there is none",
      declared({ on: "instance/*" }, "ec2:DescribeInstances"),
      'ec2:DescribeInstances knows no resources: say on: "*"',
    ],
    [
      "one resource of two that it needs",
      declared({ on: "volume/*" }, "ec2:CreateSnapshot"),
      "ec2:CreateSnapshot needs a snapshot too: add it to on",
    ],
    [
      "a condition that the action does not know",
      declared(
        {
          on: "instance/*",
          also: {
            "ec2:CreateTags": { on: "instance/*", when: { Bool: { "s3:x-amz-acl": "true" } } },
          },
        },
        "ec2:DescribeInstanceAttribute",
      ),
      "ec2:CreateTags cannot be limited by s3:x-amz-acl",
    ],
  ])("%s", async (_, call, remedy) =>
    expect(await wrongInCall(call)).toContainEqual(expect.stringContaining(remedy)),
  );
});
