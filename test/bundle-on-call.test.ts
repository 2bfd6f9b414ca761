/**
 * The bundles of a deployment with on-call: the example of docs/on-call.md, as the deployed
 * functions load it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { bundle } from "../cli/bundle/bundle.ts";
import { features } from "../features.ts";
import { functionsOf } from "../settings/feature.ts";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "nightshift-on-call-"));
const out = join(folder, "dist");

beforeAll(async () => {
  const example =
    /```ts file=nightshift\.config\.ts\n([\s\S]*?)```/.exec(
      readFileSync(join(root, "docs/on-call.md"), "utf8"),
    )?.[1] ?? "";
  const settings = join(folder, "settings.ts");
  writeFileSync(settings, example.replaceAll('from "./', `from "${root}/`));
  await bundle({ settings, out });
}, 600_000);

/** In a process of its own, as Lambda loads it. */
function inFunction(name: string, script: string) {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { handler } = await import(${JSON.stringify(join(out, "functions", name, "index.mjs"))});\n${script}`,
    ],
    {
      encoding: "utf8",
      env: {
        AWS_REGION: "eu-central-1",
        AWS_ACCESS_KEY_ID: "x",
        AWS_SECRET_ACCESS_KEY: "x",
        NIGHTSHIFT_LOG_LEVEL: "SILENT",
      },
    },
  );
  return { said: stdout.trim().split("\n").at(-1), stderr };
}

test.each([...Object.keys(functionsOf(features)), "tell", "watchdog"])("%s loads", (name) => {
  const { said, stderr } = inFunction(name, "console.log(typeof handler);");
  expect(said, stderr).toBe("function");
});

test("Slack's endpoint refuses what Slack has not signed, before it asks anybody anything", () => {
  const context = {
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:nightshift-slack",
    awsRequestId: "r",
    functionName: "x",
  };
  const { said, stderr } = inFunction(
    "slack",
    `const answer = await handler({ headers: {}, body: "payload=%7B%7D", isBase64Encoded: false }, ${JSON.stringify(context)});\nconsole.log(answer.statusCode);`,
  );
  expect(said, stderr).toBe("401");
});

test("a channel that the settings do not name is in no bundle", () => {
  const of = join(out, "functions/deliver");
  const all = readdirSync(of).map((file) => readFileSync(join(of, file), "utf8"));
  expect(all.join("")).toContain("events.pagerduty.com");
  expect(all.join("")).not.toContain("webhook-signature");
});
