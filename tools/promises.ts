/**
 * Writes docs/promises.md from the tests that prove them, so that it cannot claim what no test
 * shows: `node tools/promises.ts`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { defects, type Proof, promises, provenRules } from "./promises/proofs.ts";

const root = resolve(import.meta.dirname, "..");
const page = "docs/promises.md";

/**
 * The titles of tests and groups of tests that a file holds, `%s` and `$name` as they are written.
 */
export const titlesIn = (source: string): Set<string> =>
  new Set(
    [...source.matchAll(/\(\s*(?:"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)\s*,/g)].map(
      ([, quoted, templated]) => (quoted ?? templated ?? "").replaceAll('\\"', '"'),
    ),
  );

/** What a test file says, and the contract that it registers: `testing/contract/`. */
function sourceOf(file: string): string {
  if (!existsSync(resolve(root, file))) return "";
  const source = readFileSync(resolve(root, file), "utf8");
  const contract = [...source.matchAll(/from "(\.[^"]*\/contract(?:\/[\w-]+)?\.ts)"/g)];
  const registered = contract.map(([, path = ""]) => sourceOf(join(dirname(file), path)));
  return [source, ...registered].join("\n");
}

/**
 * @param named file and title of each test
 * @returns those that are not there
 */
export function missing(named: readonly (readonly [file: string, title: string])[]): string[] {
  const known = new Map<string, Set<string>>();
  const titles = (file: string): Set<string> => {
    const found = known.get(file) ?? titlesIn(sourceOf(file));
    known.set(file, found);
    return found;
  };
  return named
    .filter(([file, title]) => !titles(file).has(title))
    .map(([file, title]) => `${file}: ${title}`);
}

const testsOf = ({ tests }: Proof): [string, string][] =>
  Object.entries(tests).flatMap(([file, titles]) =>
    titles.map((title): [string, string] => [file, title]),
  );
/** All tests that the page names. */
export const proofs = (): [string, string][] =>
  [provenRules, promises, defects].flatMap((of) => Object.values(of)).flatMap(testsOf);

const filesOf = (proof: Proof): string[] => Object.keys(proof.tests);
const command = (files: readonly string[]): string => {
  const deploy = files.filter((file) => file.startsWith("test/deploy/"));
  return [
    files.length > deploy.length
      ? `npm test -- ${files.filter((file) => !deploy.includes(file)).join(" ")}`
      : "",
    deploy.length ? "npm run test:deploy" : "",
  ]
    .filter(Boolean)
    .join(" && ");
};

function section(title: string, proof: Proof): string {
  const { says, figure, open } = proof;
  const files = filesOf(proof);
  const tests = Object.entries(proof.tests).map(
    ([file, titles]) => `- \`${file}\`\n${titles.map((one) => `  - ${one}`).join("\n")}`,
  );
  return [
    `### ${title}\n\n${says}`,
    figure && `Measured: ${figure}.`,
    files.length
      ? `${tests.join("\n")}\n\n\`\`\`sh\n${command(files)}\n\`\`\``
      : "**Not proven yet.**",
    open && `Not proven yet: ${open}`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** What a rule says in short, where it does. */
const ruleTitle = (name: string): string => {
  const rules = readFileSync(resolve(root, "docs/rules.md"), "utf8");
  const title = new RegExp(`^- .${name}.: [*][*](.+?)[*][*]`, "m").exec(rules)?.[1];
  return title?.replace(/\.$/, "") ?? "";
};

/** The whole page. @throws where it would name a test that is not there */
export function promisesPage(): string {
  const lost = missing(proofs());
  if (lost.length)
    throw new Error(
      `tools/promises/proofs.ts names tests that are not there (renamed?):\n${lost.join("\n")}`,
    );
  const all = [...Object.values(promises), ...Object.values(provenRules)];
  const proven = all.filter((one) => filesOf(one).length);
  const whole = proven.filter(({ open }) => !open);
  const none = Object.entries(provenRules).filter(([, one]) => !filesOf(one).length);
  return `${[
    "# Promises and their proofs",
    "Written by `node tools/promises.ts` from `tools/promises/proofs.ts`; a test keeps it up to date, and fails when a test that is named here is gone. The commands set up all that they need.",
    `Of ${all.length} promises and rules ${whole.length} are proven by the tests that are named, ${proven.length - whole.length} in part, ${all.length - proven.length} not yet: ${none.length ? `rules ${none.map(([name]) => name).join(", ")}` : ""}${Object.entries(
      promises,
    )
      .filter(([, one]) => !filesOf(one).length)
      .map(([number]) => `; promise ${number}`)
      .join("")}. What is missing is said beside each.`,
    "## Promises",
    ...Object.entries(promises).map(([number, one]) => section(`${number}. ${one.name}`, one)),
    "## Rules of correctness\n\nThe rules themselves are in [rules.md](rules.md).",
    ...Object.entries(provenRules).map(([name, one]) =>
      section([`rule: ${name}`, ruleTitle(name)].filter(Boolean).join(" — "), one),
    ),
    "## Defects of others\n\nSeen in tools of this kind when they were run against an AWS that misbehaves. Each test would fail for a tool that has the defect.",
    ...Object.entries(defects).map(([number, one]) => section(number, one)),
  ].join("\n\n")}\n`;
}

/** The page as it lies there. */
export const lying = (): string => readFileSync(resolve(root, page), "utf8");

if (import.meta.main) writeFileSync(resolve(root, page), promisesPage());
