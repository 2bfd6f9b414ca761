import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EC2Client, GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../engine/run/run.ts";
import { undo } from "../engine/run/undo.ts";
import type { AnyAutomation } from "../sdk/automation.ts";
import { deployed, hostOf, testSettings } from "../testing/host.ts";
import { embedded } from "./setup/aws.ts";

const root = join(import.meta.dirname, "..");
/** Inside the project, so that packages resolve; ignored by git. */
const copy = join(root, ".nightshift", `readme-${process.pid}`);
const readme = readFileSync(join(root, "README.md"), "utf8");
const files = [...readme.matchAll(/```ts file=(\S+)\n([\s\S]*?)```/g)].map(
  ([, name = "", text = ""]) => ({ name, text }),
);

beforeAll(() => {
  for (const { name, text } of files) {
    mkdirSync(dirname(join(copy, name)), { recursive: true });
    writeFileSync(join(copy, name), text.replaceAll(/"(?:\.\.\/)+sdk\//g, `"${root}/sdk/`));
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("the README's automation, followed literally, works and can be taken back", async () => {
  expect(files.map(({ name }) => name)).toEqual([
    "aws/ec2/ebs-encryption.ts",
    "functions/security/ebs-encryption/index.ts",
    "functions/security/ebs-encryption/index.test.ts",
  ]);
  const unit = (
    (await import(/* @vite-ignore */ join(copy, "functions/security/ebs-encryption/index.ts"))) as {
      default: AnyAutomation;
    }
  ).default;
  const aws = await embedded();
  await deployed(aws);
  const host = hostOf(aws, testSettings(aws, unit.id, { mode: "act" }));
  const encrypted = async () =>
    (await aws.client(EC2Client).send(new GetEbsEncryptionByDefaultCommand({})))
      .EbsEncryptionByDefault;

  const done = await run(
    unit,
    { kind: "manual", key: "1", region: aws.region, at: new Date() },
    host,
  );
  expect(done.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
    ["applied", true],
  ]);
  expect(await encrypted()).toBe(true);
  const undone = await undo(unit, done.id, "ann", host);
  expect(undone.outcome).toBe("done");
  expect(await encrypted()).toBe(false);
});
