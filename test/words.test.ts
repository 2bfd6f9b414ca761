/** The words of docs/design.md are those of the code. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const design = readFileSync(join(root, "docs/design.md"), "utf8");
const section = design.split(/^## /m).find((part) => part.startsWith("Words")) ?? "";
const rows = section.split("\n").filter((line) => line.startsWith("| "));

const named = rows.flatMap((row) =>
  [...row.matchAll(/`(\w+)` in `([\w./-]+\.ts)`/g)].map(([, name = "", file = ""]) => ({
    word: row.split("|")[1]?.trim(),
    name,
    file,
  })),
);

const exportsOf = (file: string): ReadonlySet<string> => {
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "";
  const declared =
    /^export (?:async )?(?:abstract )?(?:function\*?|const|class|interface|type) (\w+)/gm;
  return new Set([...text.matchAll(declared)].map(([, name = ""]) => name));
};

describe("the words of the design", () => {
  test("are there, each once", () => {
    const words = rows.flatMap((row) => row.split("|")[1]?.trim().split(", ") ?? []);
    expect(named.length).toBeGreaterThan(15);
    expect(words.filter((word, at) => word !== "word" && words.indexOf(word) !== at)).toEqual([]);
  });

  test.each(named)("$word is $name in $file", ({ name, file }) =>
    expect(exportsOf(file)).toContain(name),
  );
});
