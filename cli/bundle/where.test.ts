import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SettingsError } from "../../settings/settings.ts";
import { lineOf, withLines } from "./where.ts";

const source = `import type { Settings } from "./settings/settings.ts";

const shared = { home: "eu-central-1", caps: { floor: 10 } };
export const people = {
  ann: { timeZone: "Europe/Berlin" },
} as const;
const settings = {
  ...shared,
  people,
  // onCall: { rotations: {} },
  onCall: {
    rotations: {
      "first-line": { people: ["ann",
        "ben"] },
    },
  },
  routes: [
    { channel: "sns" }, { channel: \`team\` },
    ...[],
    { channel: "late" },
  ],
  caps: { floor: 1,
    floor: 2 },
} satisfies Settings<never>;

export default settings;
`;

describe("a field is found where it is written", () => {
  test.each<[path: string, line: number | undefined]>([
    ["onCall", 11],
    ["onCall.rotations.first-line.people.0", 13],
    ["onCall.rotations.first-line.people.1", 14],
    ["routes.0.channel", 18],
    ["routes.1.channel", 18],
    // Through names, and what is spread.
    ["home", 3],
    ["people.ann.timeZone", 5],
    // The last of two holds.
    ["caps.floor", 23],
    // As much of it as is there.
    ["people.ann.email", 5],
    ["onCall.rotations.second.people.0", 12],
    // Behind a spread nobody knows which is which.
    ["routes.2.channel", 17],
    ["timeZone", undefined],
  ])("%s: %s", (path, line) => expect(lineOf(source, path.split("."))).toBe(line));
});

test.each([
  "",
  "export default {",
  "module.exports = {}",
  "export default make();",
  "const a = a; export default a;",
  "export default { ...a }; const a = { ...a };",
])("what cannot be followed has no line: %s", (text) =>
  expect(lineOf(text, ["home"])).toBeUndefined(),
);

test("each line of a refusal names the file and the line, and what is no field stays as it is", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "nightshift-where-")), "my.config.ts");
  writeFileSync(file, source);
  const refused = [
    "my.config.ts is not valid:",
    "onCall.rotations.first-line.people[1]: there is no person ben; there are ann",
    'onCall.rotations.first-line: Unrecognized key: "people"',
    "(root): wrong",
    "timeZone: wrong",
  ];
  const attempt = withLines(file, "my.config.ts", () =>
    Promise.reject(new SettingsError(refused.join("\n"))),
  );
  await expect(attempt).rejects.toThrow(SettingsError);
  await expect(attempt).rejects.toThrow(
    [
      refused[0],
      `my.config.ts:14: ${refused[1]}`,
      `my.config.ts:13: ${refused[2]}`,
      refused[3],
      refused[4],
    ].join("\n"),
  );
});

test("what is no refusal of settings is passed on", async () => {
  const broken = new TypeError("x");
  await expect(withLines("nowhere.ts", "nowhere.ts", () => Promise.reject(broken))).rejects.toBe(
    broken,
  );
});
