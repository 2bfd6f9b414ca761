import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";
import { features } from "../features.ts";
import { registry } from "../functions/registry.ts";
import { hours, minutes } from "../sdk/time.ts";
import { parseSettings } from "../settings/parse.ts";
import { file } from "./cli/cli.ts";

const page = readFileSync(new URL("../docs/on-call.md", import.meta.url), "utf8");
const [, example = ""] = /```ts file=nightshift\.config\.ts\n([\s\S]*?)```/.exec(page) ?? [];

test("the example of docs/on-call.md is valid, and holds all that on-call has", async () => {
  const source = stripTypeScriptTypes(example)
    .replace(/^import .*time\.ts";$/m, "")
    .replaceAll(/\b(minutes|hours)\((\d+)\)/g, (_, unit: string, number: string) =>
      JSON.stringify((unit === "hours" ? hours : minutes)(Number(number))),
    );
  const { default: given } = (await import(/* @vite-ignore */ file(source, "mjs"))) as {
    default: object;
  };
  const parsed = parseSettings(given, {
    features,
    units: Object.keys(registry),
    file: "docs/on-call.md",
    now: new Date("2026-11-21T02:00:00Z"),
  });
  expect(Object.keys(parsed.onCall ?? {}).sort()).toEqual([
    "digestAt",
    "escalations",
    "group",
    "inhibit",
    "quietHours",
    "rotations",
  ]);
  expect(
    [parsed.people, parsed.channels, parsed.routes, parsed.mutes, parsed.freezes].map(
      (part) => Object.keys(part).length,
    ),
  ).toEqual([3, 4, 3, 1, 1]);
});
