import { expect, test } from "vitest";
import type { Clients } from "../engine/run/clients.ts";
import type { FlowPort } from "../settings/deployment.ts";
import { beginOnLambda } from "./begin.ts";

const action = "unattached-volumes.20261121T023000.0123abcd.0123456789";
const order = { kind: "carry", region: "eu-west-1", action, attempt: 1 } as const;

/** What Lambda is asked. */
async function asked(flows: FlowPort, attempt = 1) {
  const inputs: Record<string, unknown>[] = [];
  const client = {
    send: async ({ input }: { input: Record<string, unknown> }) => inputs.push(input),
  };
  const clients = { get: () => client } as unknown as Clients;
  const settings = { home: "eu-central-1", deployment: { prefix: "nightshift", flows } };
  await beginOnLambda(clients, settings)("unattached-volumes", { ...order, attempt });
  const [{ Payload, ...input } = {}] = inputs;
  const { DurableExecutionName: name } = input;
  return { ...input, name, payload: JSON.parse(String(Payload)) as unknown };
}

test("a durable execution is begun by the alias, under a name that each attempt has for itself", async () => {
  const first = await asked("durable");
  expect(first).toMatchObject({
    FunctionName: "nightshift-unattached-volumes-flow",
    Qualifier: "live",
    InvocationType: "Event",
    DurableExecutionName: expect.stringMatching(/^[\w-]{1,64}$/),
  });
  expect(await asked("durable")).toEqual(first);
  expect((await asked("durable", 2)).name).not.toBe(first.name);
});

test("what it is called with names the flow, and holds no times: the same twice is the same", async () => {
  expect((await asked("durable")).payload).toEqual(order);
});

test("by timers it is a call like any other", async () => {
  const call = await asked("timers");
  expect(call).not.toHaveProperty("Qualifier");
  expect(call).not.toHaveProperty("DurableExecutionName");
});
