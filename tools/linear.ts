/**
 * Judges every regular expression of what runs: whether the time that it takes goes by the length of
 * the text, whatever the text. `node tools/linear.ts` judges those that were not judged yet, with
 * `--all` every one, and writes them down in `test/linear.json`.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseSync } from "rolldown/experimental";
import { isFields } from "../sdk/fields.ts";

interface Verdict {
  readonly status: "safe" | "vulnerable" | "unknown";
  /** How it was found out. */
  readonly checker?: "auto" | "automaton" | "fuzz";
  readonly complexity?: { readonly summary: string };
  readonly attack?: { readonly pattern: string };
}
/** The package `recheck`: searches for a text by which V8's engine backtracks. */
interface Checker {
  checkSync(
    source: string,
    flags: string,
    options: { readonly timeout: number; readonly randomSeed: number },
  ): Verdict;
}
const checker = (): Checker => createRequire(import.meta.url)("recheck");

const product =
  "{aws,bin,channels,cli,engine,exports,functions,handlers,ingest,ledger,lib,messages,oncall,sdk,settings}/**/*.{ts,mjs}";

export interface Expression {
  readonly source: string;
  readonly flags: string;
}
interface Expressions {
  readonly file: string;
  readonly literals: readonly Expression[];
  /** It makes one of a text while it runs. */
  readonly makes: boolean;
}

/** As they stand in the list. */
export const asWritten = ({ source, flags }: Expression): string => `/${source}/${flags}`;

function expressionsIn(file: string, text: string): Expressions {
  const literals: Expression[] = [];
  let makes = false;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (!isFields(node)) return;
    const { regex, callee } = node;
    if (isFields(regex))
      literals.push({ source: String(regex.pattern), flags: String(regex.flags) });
    if (isFields(callee) && callee.name === "RegExp") makes = true;
    Object.values(node).forEach(visit);
  };
  visit(parseSync(file, text).program);
  return { file, literals, makes };
}

/** Those of each file of what runs, tests and templates left out. */
export const productExpressions = (root: string): Expressions[] =>
  globSync(product, { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !/\.test\.ts$|\/template\//.test(file))
    .sort()
    .map((file) => expressionsIn(file, readFileSync(join(root, file), "utf8")));

/**
 * Where the checker could not work it out and tried texts, it now and then takes a constant for a
 * power: what is slow is so whichever texts it begins with.
 * @returns what is wrong with it, in a line; nothing where its time goes by the text's length
 */
export function slowness(expression: Expression): string | undefined {
  const { source, flags } = expression;
  const asked = (randomSeed: number) =>
    checker().checkSync(source, flags, { timeout: 60_000, randomSeed });
  const [first, ...others] = [7, 8, 9];
  const { status, complexity, attack, checker: by } = asked(first as number);
  if (status === "safe") return undefined;
  if (by === "fuzz" && others.some((seed) => asked(seed).status === "safe")) return undefined;
  return `${asWritten(expression)} is ${status}: ${complexity?.summary}, by ${attack?.pattern}`;
}

const list = "test/linear.json";
/** Those that were judged, as they are asWritten. */
export const judged = (root: string): ReadonlySet<string> =>
  new Set(JSON.parse(readFileSync(join(root, list), "utf8")) as string[]);

if (import.meta.main) {
  const root = resolve(import.meta.dirname, "..");
  const known = process.argv.includes("--all") ? new Set<string>() : judged(root);
  const all = new Map(
    productExpressions(root)
      .flatMap(({ literals }) => literals)
      .map((expression) => [asWritten(expression), expression]),
  );
  const wrong: string[] = [];
  for (const [name, expression] of all) {
    const problem = known.has(name) ? undefined : slowness(expression);
    if (problem === undefined) continue;
    wrong.push(problem);
    all.delete(name);
  }
  writeFileSync(join(root, list), `${JSON.stringify([...all.keys()].sort(), null, 2)}\n`);
  console.log(wrong.join("\n"));
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
