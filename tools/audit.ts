/**
 * Asks npm's registry for known vulnerabilities of what the lockfile names: `node tools/audit.ts`.
 * Exit code 0: none known; 1: some, which are listed; 3: no answer, which says nothing about
 * vulnerabilities and must not pass for none.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { plain } from "../sdk/plain.ts";

export interface AuditOutcome {
  readonly exitCode: 0 | 1 | 3;
  readonly text: string;
}

interface Report {
  /** Present where the registry did not answer. */
  readonly message?: string;
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly vulnerabilities?: Readonly<
    Record<
      string,
      {
        readonly severity: string;
        readonly range: string;
        readonly via: readonly (string | { readonly title?: string; readonly url?: string })[];
      }
    >
  >;
}

const unanswered = (why: string): AuditOutcome => ({
  exitCode: 3,
  text: `The registry gave no answer to the audit (${plain(why)}). Whether the packages have known vulnerabilities is not known: run \`node tools/audit.ts\` where npm's own registry, or a mirror that offers its audit, can be reached.`,
});

/** @param stdout what `npm audit --json` printed */
export function audited(stdout: string): AuditOutcome {
  let report: Report;
  try {
    report = JSON.parse(stdout) as Report;
  } catch {
    return unanswered(stdout.trim().slice(0, 200) || "npm printed nothing");
  }
  if (!report.vulnerabilities)
    return unanswered(
      report.message || report.error?.summary || report.error?.code || "npm gave no reason",
    );
  const found = Object.entries(report.vulnerabilities);
  if (found.length === 0)
    return { exitCode: 0, text: "No known vulnerability in any package of the lockfile." };
  const lines = found.map(([name, { severity, range, via }]) => {
    const why = via.map((one) =>
      typeof one === "string" ? `through ${one}` : [one.title, one.url].filter(Boolean).join(", "),
    );
    return plain(`${severity}: ${name} ${range}: ${why.join("; ")}`);
  });
  return {
    exitCode: 1,
    text: `${found.length} package${found.length === 1 ? " has" : "s have"} known vulnerabilities. Raise the version, or say in docs/dependencies.md why it does not matter here:\n${lines.map((line) => `  ${line}`).join("\n")}`,
  };
}

if (import.meta.main) {
  const { stdout, error } = spawnSync("npm", ["audit", "--json"], {
    cwd: resolve(import.meta.dirname, ".."),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const { exitCode, text } = audited(error ? error.message : stdout);
  console.log(text);
  process.exitCode = exitCode;
}
