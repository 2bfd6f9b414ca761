import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Outgoing } from "../../messages/outgoing.ts";
import { refusedBlocks } from "./fake-blocks.ts";
import { previewText, writePreviews } from "./preview.ts";

const message = (id: string): Outgoing => ({
  id,
  at: new Date("2026-11-21T02:00:00Z"),
  account: "123456789012",
  region: "eu-central-1",
  unit: "alarm",
  kind: "signal",
  severity: "critical",
  title: "api is in ALARM",
});

test("each message is a file to paste into the Block Kit Builder, in place of those of an earlier night", () => {
  const folder = mkdtempSync(join(tmpdir(), "previews-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "99-old.json"), "{}");
  const files = writePreviews([message("alarm.1"), message("../../etc/passwd")], folder, {
    timeZone: "UTC",
  });
  expect(readdirSync(folder)).toEqual(["01-alarm.1.json", "02-.._.._etc_passwd.json"]);
  for (const file of files) {
    const { blocks } = JSON.parse(readFileSync(file, "utf8")) as { blocks: object[] };
    expect([blocks.length > 0, refusedBlocks(JSON.stringify(blocks))]).toEqual([true, undefined]);
  }
});
test("on a terminal they stand one below the other", () => {
  expect(
    previewText([message("a"), message("b")], { timeZone: "UTC" }, 60).match(/🔴 api is in ALARM/g),
  ).toHaveLength(2);
});
