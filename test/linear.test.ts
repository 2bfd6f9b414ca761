/**
 * Every regular expression of what runs takes time that goes by the length of the text, whatever the
 * text: none backtracks. Found in the sources by their syntax, judged by a checker that knows how
 * V8's engine searches.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asWritten, judged, productExpressions, slowness } from "../tools/linear.ts";

const root = join(import.meta.dirname, "..");
const found = productExpressions(root);
const literals = [
  ...new Map(
    found.flatMap((file) => file.literals).map((expression) => [asWritten(expression), expression]),
  ).values(),
];
const known = judged(root);

/** Those that are not linear, and what bounds them. */
const bounded: Readonly<Record<string, string>> = {
  "cli/bundle/client/listed-errors.ts": "reads the SDK's own packages, while a bundle is made",
  "cli/bundle/client/small-sources.ts": "reads the SDK's own packages, while a bundle is made",
  "cli/io/assertion.ts": "reads 2,000 characters of what one's own test says",
};
/** Files that make an expression of a text, and of what. */
const makers: Readonly<Record<string, string>> = {
  "cli/bundle/builtins.ts": "names of Node.js's own modules, while a bundle is made",
  "cli/bundle/client/small-sources.ts":
    "names that the SDK's own packages have, while a bundle is made",
  "cli/bundle/left-out.ts": "the SDK's own form of a partition's regions, while a bundle is made",
  "functions/signals/health/index.ts": "a service's name, escaped, at the beginning",
  "ingest/identity.ts": "names of elements that stand in the code, and a length",
};

describe("regular expressions take time by the length of the text alone", () => {
  test("all are looked at, and none is made of a text that others wrote", () => {
    expect(found.length).toBeGreaterThan(400);
    expect(literals.length).toBeGreaterThan(300);
    expect(found.filter(({ makes }) => makes).map(({ file }) => file)).toEqual(
      Object.keys(makers).filter((file) => found.some((one) => one.file === file)),
    );
  });

  test.each(found.filter((file) => file.literals.length > 0 && !(file.file in bounded)))(
    "$file",
    ({ literals: own }) =>
      // `npm run linear` judges what is new.
      expect(own.map(asWritten).filter((name) => !known.has(name))).toEqual([]),
  );

  test("the checker notices those that do not, and every fortieth is judged again", () => {
    expect(slowness({ source: String.raw`\beyJ[\w-]{5,}\.`, flags: "g" })).toContain("vulnerable");
    expect(slowness({ source: "(a+)+$", flags: "" })).toContain("vulnerable");
    const some = literals.filter((one, at) => at % 40 === 0 && known.has(asWritten(one)));
    // What a busy machine leaves unjudged in the checker's time was judged when it was listed.
    const again = some.flatMap((one) => slowness(one) ?? []);
    expect(again.filter((verdict) => verdict.includes(" is vulnerable"))).toEqual([]);
  }, 600_000);
});
