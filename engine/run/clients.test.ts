import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { getMetricData } from "../../aws/cloudwatch/metric.ts";
import type { Clock } from "../../sdk/time.ts";
import { createClients, type Retried } from "./clients.ts";
import { reader } from "./reader.ts";

const started = new Date("2026-11-21T02:00:00Z");
const clock: Clock = { now: () => started, sleep: async () => undefined };
const silent = (code: string) =>
  Object.assign(new Error("no answer"), { name: "TimeoutError", code });

/** Clients whose network answers each request so, and how often they sent one. */
function answering(answer: () => object) {
  let sent = 0;
  const clients = createClients(clock, {
    credentials: async () => ({ accessKeyId: "a", secretAccessKey: "b" }),
    requestHandler: {
      metadata: { handlerProtocol: "http/1.1" },
      handle: async () => {
        sent += 1;
        return { response: answer() };
      },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    },
  });
  return { clients, sent: () => sent };
}

const throws = (error: Error) => (): never => {
  throw error;
};
const answers = (statusCode: number) => () => ({
  statusCode,
  headers: {},
  body: Buffer.from("<Response><Errors><Error><Code>Busy</Code></Error></Errors></Response>"),
});

test.each<[what: string, answer: () => object, retried: Retried, sent: number]>([
  ["no answer in time", throws(silent("ETIMEDOUT")), "all", 5],
  ["no answer in time", throws(silent("ETIMEDOUT")), "all but timeouts", 1],
  ["a connection that broke", throws(silent("ECONNRESET")), "all but timeouts", 5],
  ["a server that is broken", answers(503), "all but timeouts", 5],
  ["a server that is broken", answers(503), "throttling", 1],
  ["a request that is wrong", answers(400), "all", 1],
])("after %s (%#), what is retried is %s", async (_what, answer, retried, count) => {
  const { clients, sent } = answering(answer);
  const client = clients.get(EC2Client, "eu-central-1", "read", retried);
  await expect(client.send(new DescribeVolumesCommand({}))).rejects.toThrow();
  expect(sent()).toBe(count);
});

test("figures that do not come in time are asked in smaller pieces at once, and fail by name in the end", async () => {
  const { clients, sent } = answering(throws(silent("ETIMEDOUT")));
  const read = reader([getMetricData], clients, "eu-central-1");
  const metric = { Metric: { Namespace: "AWS/EC2" }, Period: 3600, Stat: "Sum" };
  const MetricDataQueries = ["a", "b", "c", "d"].map((Id) => ({ Id, MetricStat: metric }));
  const asked = read(getMetricData({ MetricDataQueries, StartTime: started, EndTime: started }));
  await expect(Array.fromAsync(asked)).rejects.toMatchObject({ name: "TimeoutError" });
  // Four, two, one, and that one twice more.
  expect(sent()).toBe(5);
});
