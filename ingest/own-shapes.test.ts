import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { sample, throughSns } from "../events/samples.ts";
import { unwrap } from "./envelope.ts";
import { noShapes } from "./no-own-shapes.ts";
import { ownSources } from "./own-shapes.ts";

test("every source that a shape gives its events is known: bundles go by it", () => {
  const files = ["alarm-shapes.ts", "notices.ts", "other-shapes.ts"];
  const code = files.map((file) => readFileSync(join(import.meta.dirname, file), "utf8")).join("");
  const given = [...code.matchAll(/\bsource(?: =|:) "([\w.]+)"(?! \|)/g)].map(
    ([, source = ""]) => source,
  );
  expect(new Set(given)).toEqual(ownSources);
});

test("a function that knows none takes what comes for the fields that it has", async () => {
  const given = throughSns(sample("alarm/metric-alarm-sns"));
  expect(unwrap(given)[0]).toMatchObject({ shape: "own", event: { source: "aws.cloudwatch" } });
  vi.resetModules();
  vi.doMock("./own-shapes.ts", () => ({ ownShapes: noShapes }));
  onTestFinished(() => {
    vi.doUnmock("./own-shapes.ts");
    vi.resetModules();
  });
  const small = await import("./envelope.ts");
  expect(small.unwrap(given)[0]).toMatchObject({ shape: "event", event: { source: "sns" } });
  const event = sample("ec2/instance-state-change");
  expect(small.unwrap(throughSns(event))).toEqual(unwrap(throughSns(event)));
  expect(() => small.unwrap(sample("s3/replication-failed"))).toThrow("neither of SNS nor of SQS");
});
