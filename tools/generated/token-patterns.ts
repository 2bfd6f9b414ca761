/**
 * The patterns by which tokens of known services are recognised, made from gitleaks' rules: a
 * maintained set, read as data (`tools/secrets/`, its licence in `docs/licences/`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Generated } from "../../cli/new/written.ts";

/** What `tools/secrets/rules.json` holds. */
export interface TakenRules {
  /** Of `github.com/zricethezav/gitleaks/v8`. */
  readonly version: string;
  /** SHA-256 of its `config/gitleaks.toml`. */
  readonly sha256: string;
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly id: string;
  /** As RE2 writes it. */
  readonly regex: string;
}

/** Rules that are not taken, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  "aws-access-token": "ids of access keys are no secret, and needed in an incident",
  "alibaba-access-key-id": "an id",
  "flutterwave-public-key": "public",
  "curl-auth-header": "not linear; sdk/secrets reads headers and flags anywhere",
  "curl-auth-user": "not linear; sdk/secrets reads headers and flags anywhere",
  "freemius-secret-key": "found by its name",
  "nuget-config-password": "not linear; found by its name",
  "kubernetes-secret-yaml": "not linear; found by its name and by its kind",
  "private-key": "not linear; sdk/secrets finds what stands in armour",
  jwt: "not linear; sdk/secrets finds JWTs, signed or not",
  "jwt-base64": "not linear; base64 of that length is taken out whole",
  "sourcegraph-access-token": "takes every commit's hash for one; `sgp_` is among our own",
  "sentry-org-token": "not linear; `sntrys_` is among our own",
  "hashicorp-tf-api-token": "not linear; `.atlasv1.` is among our own",
  "harness-api-key": "not linear; `pat.` and `sat.` with an id are among our own",
  "gitlab-pat-routable": "not linear; found as the shorter one is",
  "gitlab-runner-authentication-token-routable": "not linear; found as the shorter one is",
  "anthropic-admin-api-key": "`sk-ant-` is among our own",
  "anthropic-api-key": "`sk-ant-` is among our own",
  "microsoft-teams-webhook": "not linear; `webhookb2` is among our own",
  "sidekiq-sensitive-url": "found as any user and password of an address is",
  "azure-ad-client-secret": "takes what stands around it along; `Q~` is among our own",
};

/** What must follow, in gitleaks: what is no part of a secret is none of ours. */
const behind = [
  String.raw`(?:[\x60'"\s;]|\\[nr]|$|\b)`,
  String.raw`(?:[\x60'"\s;]|\\[nr]|$)`,
  String.raw`(?:[^\w-]|\z)`,
];

/** A class of characters without escapes that it does not need. */
function unescapedClass(characters: string): string {
  const plain = characters.replaceAll(/\\([.|#?/])/g, "$1");
  if (!plain.includes(String.raw`\-`)) return plain;
  return `${plain.slice(0, -1).replaceAll(String.raw`\-`, "")}-]`;
}

/**
 * As JavaScript writes it. RE2's inline `(?i)` holds from where it stands; here for the whole: what
 * is shouted is taken out too. A token that is cut or made longer is still one, so long ends are
 * taken from twenty characters on.
 */
export function translated(regex: string): { readonly source: string; readonly flags: string } {
  const end = behind.find((suffix) => regex.endsWith(suffix)) ?? "";
  const flags = /\(\?i[):]/.test(regex) ? "gi" : "g";
  const source = regex
    .slice(0, regex.length - end.length)
    .replaceAll("(?i)", "")
    .replaceAll(/\(\?-?i:/g, "(?:")
    .replaceAll("[[:alnum:]]", "[A-Za-z0-9]")
    .replaceAll(String.raw`\x60`, "`")
    .replaceAll(/(?<!\\)\//g, String.raw`\/`)
    .replaceAll(/\[(?:\\.|[^\]])*\]/g, unescapedClass)
    .replaceAll(String.raw`\-`, "-")
    .replace(/\{(\d+)(?:,\d*)?\}(\)*)$/, (_, least: string, closing: string) => {
      const some = Math.min(Number(least), 20);
      return `{${some},}${closing}`;
    });
  return { source, flags };
}

const literalOf = (rule: Rule): string => {
  const { source, flags } = translated(rule.regex);
  return `/${source}/${flags}`;
};

export function tokenPatterns(root: string): Generated {
  const { version, rules } = JSON.parse(
    readFileSync(join(root, "tools/secrets/rules.json"), "utf8"),
  ) as TakenRules;
  const heading = [
    "/**",
    ` * Tokens of known services by their looks, from the rules of gitleaks ${version}, © 2019 Zachary`,
    " * Rice, MIT licence (docs/licences/gitleaks.txt). Made by `npm run generate`.",
    " */",
  ].join("\n");
  const lines = rules
    .filter(({ id }) => !(id in leftOut))
    .map((rule) => `  // ${rule.id}\n  ${literalOf(rule)},\n`);
  return {
    file: "sdk/secrets/token-patterns.ts",
    text: `${heading}\nexport const tokenPatterns: readonly RegExp[] = [\n${lines.join("")}];\n`,
  };
}
