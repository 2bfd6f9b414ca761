import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
/** What is made, not written. */
const made = new Set(["node_modules", "build", "dist", "cdk.out", ".venv", ".nightshift", ".git"]);

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (made.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

const files = new Map([...walk(".")].map((path) => [path, readFileSync(join(root, path), "utf8")]));
/** A unit's fixture belongs to its tests: what it needs of AWS, it asks with the SDK's own clients. */
const isTest = (path: string): boolean =>
  path.startsWith("test/") ||
  path.endsWith(".test.ts") ||
  /^functions\/[^/]+\/[^/]+\/fixture\.ts$/.test(path);

/** As the code says it, types included. */
const statement =
  /(?:^|\n)\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;

interface Import {
  readonly from: string;
  /** A file of the project, or a package. */
  readonly to: string;
}

const imports: readonly Import[] = [...files].flatMap(([from, text]) => {
  if (!from.endsWith(".ts") && !from.endsWith(".mjs")) return [];
  return [...text.matchAll(statement)].map(([, named, lazily]) => {
    const to = named ?? lazily ?? "";
    return { from, to: to.startsWith(".") ? relative(root, join(root, dirname(from), to)) : to };
  });
});
const own = imports.filter(({ from }) => !isTest(from));

const inWords = (found: readonly Import[]): string[] =>
  found.map(({ from, to }) => `${from} imports ${to}`);
const inFolder = (path: string, ...folders: string[]): boolean =>
  folders.some((folder) => path.startsWith(`${folder}/`));
const isClient = (to: string): boolean => /^@aws-sdk\/(client|lib)-/.test(to);
const isUnit = (to: string): boolean =>
  /^functions\/[^/]+\//.test(to) || to === "functions/registry.ts";

/** All that is loaded with it. */
function closure(from: string): Import[] {
  const found: Import[] = [];
  const seen = new Set<string>();
  const left = [from];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    for (const one of own) {
      if (one.from !== at) continue;
      found.push(one);
      if (files.has(one.to)) left.push(one.to);
    }
  }
  return found;
}

test("the imports are seen at all, lazy ones and types included", () => {
  expect(own.length).toBeGreaterThan(150);
  expect(inWords(own)).toEqual(
    expect.arrayContaining([
      "functions/registry.ts imports functions/cost/log-retention/index.ts",
      "ledger/claims.ts imports ledger/start.ts",
    ]),
  );
});

test("every import names a file that is there", () => {
  expect(
    inWords(
      imports.filter(
        ({ from, to }) =>
          /\.(ts|mjs)$/.test(to) && !files.has(to) && !existsSync(join(root, dirname(from), to)),
      ),
    ),
  ).toEqual([]);
});

const all = [
  ...["sdk", "aws", "functions", "settings", "ledger", "messages", "engine", "channels", "oncall"],
  ...["ingest", "handlers", "lib", "cli", "testing", "tools", "bin", "events"],
];

const core = ["sdk", "settings", "ledger", "messages", "engine"];

describe("who may import whom", () => {
  test.each<[folder: string, not: readonly string[]]>([
    ["sdk", all.filter((folder) => folder !== "sdk")],
    ["aws", all.filter((folder) => !["sdk", "aws"].includes(folder))],
    ["functions", all.filter((folder) => !["sdk", "aws", "functions"].includes(folder))],
    ["ledger", all.filter((folder) => !["sdk", "settings", "ledger"].includes(folder))],
    [
      "engine",
      all.filter((folder) => !["sdk", "settings", "ledger", "messages", "engine"].includes(folder)),
    ],
    ["handlers", ["lib", "bin", "cli", "testing", "tools", "events"]],
    ["lib", ["functions", "aws", "engine", "handlers", "bin", "cli", "testing", "tools", "events"]],
  ])("%s imports nothing that stands above it or is none of its business", (folder, not) => {
    expect(
      inWords(own.filter(({ from, to }) => inFolder(from, folder) && inFolder(to, ...not))),
    ).toEqual([]);
  });

  test("test/ is for tests alone", () => {
    expect(inWords(own.filter(({ to }) => inFolder(to, "test")))).toEqual([]);
  });

  test("aws-cdk-lib is for lib/, bin/app.ts and exports/cdk.ts alone", () => {
    const cdk = own.filter(({ to }) => /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/.test(to));
    expect(
      inWords(
        cdk.filter(
          ({ from }) => !inFolder(from, "lib") && !["bin/app.ts", "exports/cdk.ts"].includes(from),
        ),
      ),
    ).toEqual([]);
  });

  test("the durable SDK is for engine/flows alone", () => {
    const durable = own.filter(({ to }) => to.startsWith("@aws/durable-execution-sdk"));
    expect(inWords(durable.filter(({ from }) => !inFolder(from, "engine/flows")))).toEqual([]);
  });

  test("synth loads no unit and no SDK client", () => {
    const loaded = [
      "bin/app.ts",
      ...[...files.keys()].filter((path) => inFolder(path, "lib")),
    ].flatMap(closure);
    expect(inWords(loaded.filter(({ to }) => isUnit(to) || isClient(to)))).toEqual([]);
  });

  test("the core acts on no service: it has clients for the ledger, the kill switch and what CloudTrail saw", () => {
    const clients = own
      .filter(({ from, to }) => inFolder(from, ...core) && isClient(to))
      .map(({ to }) => to);
    expect([...new Set(clients)].sort()).toEqual([
      "@aws-sdk/client-cloudtrail",
      "@aws-sdk/client-dynamodb",
      "@aws-sdk/client-ssm",
    ]);
  });

  test("calls are declared in aws/, so that a reviewer finds the whole power there", () => {
    const commands = own.filter(({ from, to }) => inFolder(from, "functions") && isClient(to));
    const values = commands.filter(({ from }) =>
      /import (?!type\b)[^;]*from "@aws-sdk\/client-/.test(files.get(from) ?? ""),
    );
    expect(inWords(values)).toEqual([]);
  });

  test("a unit stands alone: it imports no other family, and no registry", () => {
    const across = own.filter(({ from, to }) => {
      const [, family] = /^functions\/([^/]+)\//.exec(from) ?? [];
      return family !== undefined && isUnit(to) && !inFolder(to, `functions/${family}`);
    });
    expect(inWords(across)).toEqual([]);
  });
});

describe("files", () => {
  test("there is no index.ts but a unit's own: a file is named after what it holds", () => {
    expect(
      [...files.keys()].filter(
        (path) =>
          /(^|\/)index\.[cm]?[jt]sx?$/.test(path) &&
          !/^(cli\/init\/template\/)?functions\/[^/]+\/[^/]+\/index\.ts$/.test(path),
      ),
    ).toEqual([]);
  });

  test("names are in kebab-case", () => {
    const odd = [...files.keys()].filter(
      (path) =>
        path.endsWith(".ts") && !/^([a-z0-9.-]+\/)*[a-z0-9]+([.-][a-z0-9]+)*\.ts$/.test(path),
    );
    expect(odd).toEqual([]);
  });

  // Such a mock holds only where no earlier file of the worker loaded what imports the module:
  // `vi.resetModules` and `vi.doMock`, then import.
  test("what AWS refuses is known by the error's name: bundles have no classes of it", () => {
    const named = /\binstanceof \w+(?:Exception|Fault)\b/;
    expect([...files].flatMap(([name, text]) => (named.test(text) ? [name] : []))).toEqual([]);
  });

  test("no test mocks a module of its worker by the order of its files", () => {
    const early = /\bvi\.(mock|hoisted)\(/;
    expect([...files].flatMap(([name, text]) => (early.test(text) ? [name] : []))).toEqual([]);
  });

  test("no file names a package registry's host or a path of one machine", () => {
    const host =
      /\b(registr[y]\.(npmjs|yarnpkg)|p[y]pi\.(org|python)|pythonhoste[d]|artifactor[y]|proxy\.golan[g])/;
    const path = /(?<![\w.$}\]-])\/(home|Users|work|root|private)\/[\w.-]+/;
    const bad = [...files].flatMap(([name, text]) =>
      text
        .split("\n")
        .flatMap((line, at) =>
          host.test(line) || path.test(line)
            ? [`${name}:${at + 1}: ${line.trim().slice(0, 100)}`]
            : [],
        ),
    );
    expect(bad).toEqual([]);
  });
});

describe("one word, one thing", () => {
  /** What each of these exports is the same thing for every file of its kind. */
  const kinds: Readonly<Record<string, RegExp>> = {
    handler: /(^|\/)handlers\/[^/]+\.ts$/,
    fixture: /^functions\/[^/]+\/[^/]+\/fixture\.ts$/,
    // A family, which is named as its folder; the other is a length of time.
    hours: /^exports\/units\.ts$/,
  };
  const declared = [...files].flatMap(([file, text]) => {
    if (
      !file.endsWith(".ts") ||
      isTest(file) ||
      inFolder(file, "events", "cli/init/template", "tools/generated")
    )
      return [];
    const exported =
      /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm;
    return [...text.matchAll(exported)].map(([, name = ""]) => ({ name, file }));
  });

  test("exports are seen at all", () => expect(declared.length).toBeGreaterThan(500));

  test("no two files of the product export one name", () => {
    const places = Map.groupBy(
      declared.filter(({ name, file }) => !kinds[name]?.test(file)),
      ({ name }) => name,
    );
    const shared = [...places].flatMap(([name, all]) => {
      const where = [...new Set(all.map(({ file }) => file))];
      return where.length > 1 ? [`${name}: ${where.join(", ")}`] : [];
    });
    expect(shared).toEqual([]);
  });
});
