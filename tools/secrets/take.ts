/**
 * Takes the rules of a release of gitleaks into `rules.json`: `node tools/secrets/take.ts VERSION
 * path/to/config/gitleaks.toml`, of the Go module `github.com/zricethezav/gitleaks/v8`.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule, TakenRules } from "../generated/token-patterns.ts";

function rulesIn(toml: string): Rule[] {
  return toml
    .split(/^\[\[rules\]\]$/m)
    .slice(1)
    .flatMap((table) => {
      const [, id] = /^id = "(.+)"$/m.exec(table) ?? [];
      const [, regex] = /^regex = '''(.+)'''$/m.exec(table) ?? [];
      return id && regex ? [{ id, regex }] : [];
    });
}

/** Those that go by the name of a service beside any text: our own names of secrets cover these. */
const goesByName = ({ regex }: Rule): boolean => regex.includes("{0,50}?");
/** Named after a product that no file here may name: both are among our own patterns. */
const isUnnamed = ({ id }: Rule): boolean => id.startsWith("artifact");

if (import.meta.main) {
  const [version = "", file = ""] = process.argv.slice(2);
  const toml = readFileSync(file);
  const taken: TakenRules = {
    version,
    sha256: createHash("sha256").update(toml).digest("hex"),
    rules: rulesIn(toml.toString("utf8")).filter((rule) => !goesByName(rule) && !isUnnamed(rule)),
  };
  const target = join(import.meta.dirname, "rules.json");
  writeFileSync(target, `${JSON.stringify(taken, null, 2)}\n`);
}
