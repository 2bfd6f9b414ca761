/**
 * The bill of materials, CycloneDX 1.5 on stdout: `node tools/sbom.ts`. npm makes it from the
 * lockfile; what differs from run to run is taken out, so that the same lockfile gives the same
 * bill, and Python's pinned packages are added.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

export interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

export interface Bill {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn?: readonly string[];
  }[];
}

/**
 * The pinned packages of a requirements file; all of them are for the embedded AWS, none is
 * deployed.
 */
export function pinned(requirements: string): Component[] {
  return requirements
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .flatMap((line) => {
      const [, name, version] = /^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)/.exec(line) ?? [];
      if (!name || !version) return [];
      const purl = `pkg:pypi/${name.toLowerCase().replaceAll(/[_.-]+/g, "-")}@${version}`;
      const hashes = [...line.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(
        ([, content = ""]) => ({ alg: "SHA-256", content }),
      );
      return [{ "bom-ref": purl, type: "library", name, version, scope: "excluded", purl, hashes }];
    });
}

const requirements = (): string[] =>
  readdirSync(resolve(root, "testing"))
    .filter((file) => /^requirements.*\.txt$/.test(file))
    .sort();
const read = (file: string): string => readFileSync(resolve(root, file), "utf8");

/**
 * npm's own hashes by name and version: npm leaves them out where the same package also lies inside
 * another one.
 */
function integrities(): ReadonlyMap<string, string> {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { version?: string; integrity?: string }>;
  };
  return new Map(
    Object.entries(packages).flatMap(([path, { version, integrity }]) =>
      integrity?.startsWith("sha512-")
        ? [
            [
              `${path.slice(path.lastIndexOf("node_modules/") + 13)}@${version}`,
              integrity.slice(7),
            ] as const,
          ]
        : [],
    ),
  );
}

function hashed(component: Component, known: ReadonlyMap<string, string>): Component {
  const integrity = known.get(`${component.name}@${component.version}`);
  if (component.hashes?.length || integrity === undefined) return component;
  return {
    ...component,
    hashes: [{ alg: "SHA-512", content: Buffer.from(integrity, "base64").toString("hex") }],
  };
}

/** A UUID of a text: the same text is the same bill. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** @throws where npm is older than 10 or cannot read the lockfile */
export function bill(): Bill {
  const { status, stdout, stderr, error } = spawnSync(
    "npm",
    ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (error || status !== 0)
    throw new Error(
      `npm made no bill of materials; it takes npm 10 or newer: ${(error?.message ?? stderr).trim()}`,
    );
  const made = JSON.parse(stdout) as Bill & { readonly metadata: { readonly timestamp: string } };
  const { timestamp: _, ...metadata } = made.metadata;
  const { name } = JSON.parse(read("package.json")) as { name: string };
  const files = requirements();
  const python = new Map(
    files.flatMap((file) => pinned(read(`testing/${file}`))).map((one) => [one.purl, one] as const),
  );
  const known = integrities();
  return {
    ...made,
    serialNumber: `urn:uuid:${uuidOf(["package-lock.json", ...files.map((file) => `testing/${file}`)].map(read).join("\0"))}`,
    // npm names it after the folder that it happens to lie in.
    metadata: { ...metadata, component: { ...metadata.component, name } },
    components: [...made.components.map((one) => hashed(one, known)), ...python.values()].sort(
      (a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1),
    ),
    dependencies: made.dependencies.toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
  };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(bill(), null, 2)}\n`);
