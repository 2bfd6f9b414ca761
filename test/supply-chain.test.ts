/**
 * What is installed, under which licences, and what of it reaches a function. Reads what lies on
 * the disk: no network.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { audited } from "../tools/audit.ts";
import { type Bill, bill, pinned } from "../tools/sbom.ts";
import { freshBundles } from "./setup/ask.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const parsed = <T>(file: string): T => JSON.parse(read(file)) as T;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}
interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}
const own = parsed<{
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}>("package.json");
const locked = Object.entries(
  parsed<{ packages: Record<string, Locked> }>("package-lock.json").packages,
).filter(([path]) => path !== "");
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
/** What lies in node_modules, whatever the lockfile says. */
const installed = globSync("node_modules/**/package.json", { cwd: root })
  .filter((file) => /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
  .map((file) => ({ folder: dirname(file), ...parsed<Package>(file) }));

test("what is installed is seen at all", () => {
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["zod", "@aws-sdk/client-ec2", "rolldown"]),
  );
});

describe("install scripts", () => {
  const allowed = Object.keys(own.allowScripts);
  test("no package has one but those that package.json lists", () => {
    const scripted = installed.filter(
      ({ folder, scripts = {} }) =>
        ["preinstall", "install", "postinstall"].some((name) => name in scripts) ||
        existsSync(join(root, folder, "binding.gyp")),
    );
    expect(scripted.map(({ name }) => name).filter((name) => !allowed.includes(name))).toEqual([]);
    expect(
      locked
        .filter(
          ([path, { hasInstallScript }]) => hasInstallScript && !allowed.includes(nameOf(path)),
        )
        .map(([path]) => path),
    ).toEqual([]);
  });
  test("none is listed that needs none", () => {
    expect(
      allowed.filter(
        (name) =>
          !locked.some(([path, { hasInstallScript }]) => hasInstallScript && nameOf(path) === name),
      ),
    ).toEqual([]);
  });
});

const permissive = new Set([
  "MIT",
  "MIT-0",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "PSF-2.0",
]);

describe("licences", () => {
  /**
   * Not permissive, and why they may be here all the same: they are tools, and no part of what is
   * deployed.
   */
  const tools: readonly (readonly [name: RegExp, license: string, why: string])[] = [
    [
      /^@cloud-copilot\/iam-(simulate|policy|utils)$/,
      "AGPL-3.0-or-later",
      "evaluates our policies in tests, independently of what generates them",
    ],
    [
      /^lightningcss(-.+)?$/,
      "MPL-2.0",
      "comes with the test runner, which can serve style sheets; nothing here has any",
    ],
    [
      /^caniuse-lite$/,
      "CC-BY-4.0",
      "a table of browsers, which the mutation tester's parser brings along; nothing here asks it",
    ],
    [
      /^fast-sha256$/,
      "Unlicense",
      "comes with the library that checks in tests what our webhooks sign; given to the public, without conditions",
    ],
    [
      /^certifi$/,
      "MPL-2.0",
      "the certificates that Python's HTTP clients trust, in the embedded AWS",
    ],
  ];
  /** Of `A OR B` one is enough. */
  const isPermissive = (expression: string) =>
    expression
      .replace(/^\((.*)\)$/, "$1")
      .split(/ OR /)
      .some((one) => permissive.has(one.trim()));
  const isTool = (name: string, license: string) =>
    tools.some(([which, of]) => which.test(name) && of === license);
  const wrong = (found: readonly (readonly [name: string, license: string])[]) =>
    found
      .filter(([name, license]) => !isPermissive(license) && !isTool(name, license))
      .map(([name, license]) => `${name}: ${license}`);

  test("of all npm packages, installed or only locked, are permissive, but for the named tools", () => {
    expect(wrong(installed.map(({ name, license = "none" }) => [name, license]))).toEqual([]);
    expect(wrong(locked.map(([path, { license = "none" }]) => [nameOf(path), license]))).toEqual(
      [],
    );
  });

  /** What Python packages call them. */
  const spoken: readonly (readonly [RegExp, string])[] = [
    [/^(The )?MIT( License)?( \(MIT\))?$/i, "MIT"],
    [/^Apache( Software)?( License)?( 2\.0)?$/i, "Apache-2.0"],
    [/^BSD License$/, "BSD-3-Clause"],
    [/^(PSFL|Python Software Foundation License)$/, "PSF-2.0"],
    [/^Mozilla Public License 2\.0/, "MPL-2.0"],
  ];
  const spdx = (words: string) => spoken.find(([said]) => said.test(words))?.[1] ?? words;
  function pythonLicense(metadata: string): string {
    const field = (name: string) => new RegExp(`^${name}: (.+)$`, "m").exec(metadata)?.[1];
    const classified = [
      ...metadata.matchAll(/^Classifier: License ::(?: OSI Approved ::)? (.+)$/gm),
    ].map(([, words = ""]) => spdx(words));
    return (
      field("License-Expression") ??
      (classified.length ? classified.join(" OR ") : spdx(field("License") ?? "none"))
    );
  }
  test("of the embedded AWS's Python packages too", () => {
    const metadata = globSync(".venv/lib/*/site-packages/*.dist-info/METADATA", { cwd: root }).map(
      read,
    );
    expect(metadata.length).toBeGreaterThan(20);
    expect(
      wrong(metadata.map((text) => [/^Name: (.+)$/m.exec(text)?.[1] ?? "?", pythonLicense(text)])),
    ).toEqual([]);
  });

  test("the named tools are for development alone: no file but tests imports them, and npm leaves them out of production", () => {
    const copyleft = locked.filter(
      ([path, { license = "" }]) => !isPermissive(license) && isTool(nameOf(path), license),
    );
    expect(copyleft.filter(([, { dev }]) => !dev).map(([path]) => path)).toEqual([]);
    const sources = globSync(
      "{sdk,aws,functions,settings,ledger,messages,engine,channels,oncall,ingest,handlers,lib,cli,bin,testing}/**/*.{ts,mjs}",
      {
        cwd: root,
      },
    ).filter((file) => !file.endsWith(".test.ts"));
    expect(sources.length).toBeGreaterThan(100);
    expect(
      sources.filter((file) => copyleft.some(([path]) => read(file).includes(`"${nameOf(path)}`))),
    ).toEqual([]);
  });
});

describe("bundles", () => {
  let carried: ReadonlyMap<string, readonly string[]>;
  beforeAll(async () => {
    await freshBundles();
    carried = new Map(Object.entries(parsed<Record<string, string[]>>("dist/packages.json")));
  }, 600_000);
  const all = () => [...new Set([...carried.values()].flat())].sort();
  const bare = (one: string) => one.slice(0, one.lastIndexOf("@"));
  const doc = read("docs/dependencies.md");
  const namesIn = (text: string) =>
    [...text.matchAll(/`((?:@[\w.-]+\/)?[\w.*-]+)`/g)].map(([, name = ""]) => name);
  const fits = (name: string, listed: string) =>
    name === listed || (listed.endsWith("*") && name.startsWith(listed.slice(0, -1)));

  test("each says what it carries", () => {
    expect([...carried.keys()].sort()).toEqual(
      globSync("dist/functions/*", { cwd: root })
        .map((path) => path.replace("dist/", ""))
        .sort(),
    );
    expect(carried.get("functions/open-ingress")).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^@aws-sdk\/client-ec2@/),
        expect.stringMatching(/^zod@/),
      ]),
    );
  });
  test("every package that ends in one is on the page of dependencies", () => {
    expect(all().filter((one) => !namesIn(doc).some((listed) => fits(bare(one), listed)))).toEqual(
      [],
    );
  });
  test("what the page says that others bring is brought", () => {
    const brings = /### What these bring[\s\S]*?(?=\n## )/.exec(doc)?.[0] ?? "";
    const listed = [...brings.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = ""]) =>
      namesIn(cell),
    );
    expect(listed.length).toBeGreaterThan(3);
    expect(listed.filter((name) => !all().some((one) => fits(bare(one), name)))).toEqual([]);
  });
  test("every package in one is of a permissive licence, none is for development, and it is the locked version", () => {
    const production = new Map<string, string>(
      locked.flatMap(([path, { version, license = "none", dev }]) =>
        dev ? [] : [[`${nameOf(path)}@${version}`, license] as const],
      ),
    );
    expect(all().filter((one) => !permissive.has(production.get(one) ?? "not locked"))).toEqual([]);
  });
});

describe("versions", () => {
  test("are exact, for every package that we name", () => {
    const named = Object.entries({ ...own.dependencies, ...own.devDependencies });
    expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    expect(
      named.filter(
        ([name, version]) =>
          locked.find(([path]) => path === `node_modules/${name}`)?.[1].version !== version,
      ),
    ).toEqual([]);
  });
  test("every package that we name is on the page of dependencies", () => {
    const doc = read("docs/dependencies.md");
    const listed = (name: string) =>
      doc.includes(`\`${name}\``) ||
      (name.startsWith("@aws-sdk/client-") && doc.includes("`@aws-sdk/client-*`"));
    expect(
      Object.keys({ ...own.dependencies, ...own.devDependencies }).filter((name) => !listed(name)),
    ).toEqual([]);
  });
  test("every locked package has its hash", () => {
    expect(
      locked
        .filter(([, { integrity = "", inBundle }]) => !inBundle && !integrity.startsWith("sha512-"))
        .map(([path]) => path),
    ).toEqual([]);
  });
  test.each(globSync("testing/requirements*.txt", { cwd: root }))(
    "%s pins each package, with hashes",
    (file) => {
      const lines = read(file)
        .replaceAll(/\\\n\s*/g, " ")
        .split("\n")
        .filter((line) => line.trim() && !line.startsWith("#"));
      expect(lines.length).toBeGreaterThan(2);
      expect(
        lines.filter(
          (line) => !/^[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}/.test(line),
        ),
      ).toEqual([]);
      expect(pinned(read(file))).toHaveLength(lines.length);
      expect(read("tools/setup.mjs")).toContain("--require-hashes");
    },
  );
});

describe("the bill of materials", () => {
  let first: Bill;
  beforeAll(() => {
    first = bill();
  }, 600_000);

  test("is CycloneDX, names this project, and is the same for the same lockfile", () => {
    expect(first).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      metadata: { component: { name: "nightshift" } },
    });
    expect(bill()).toEqual(first);
  });
  test("names every locked package, by its version and hash", () => {
    const named = new Map(first.components.map((one) => [`${one.name}@${one.version}`, one]));
    const missing = locked.filter(([path, { version, inBundle }]) => {
      const found = named.get(`${nameOf(path)}@${version}`);
      return !found || (!inBundle && !found.hashes?.length);
    });
    expect(missing.map(([path]) => path)).toEqual([]);
  });
  test("names the embedded AWS's packages, which are not deployed", () => {
    const python = first.components.filter(({ purl }) => purl.startsWith("pkg:pypi/"));
    expect(python.map(({ name }) => name)).toEqual(expect.arrayContaining(["moto", "ministack"]));
    expect(python.filter(({ scope, hashes }) => scope !== "excluded" || !hashes?.length)).toEqual(
      [],
    );
  });
});

describe("the audit", () => {
  test("that finds nothing says so", () => {
    expect(audited('{"auditReportVersion":2,"vulnerabilities":{},"metadata":{}}')).toEqual({
      exitCode: 0,
      text: expect.stringContaining("No known vulnerability"),
    });
  });
  test("names what it finds", () => {
    const report = {
      vulnerabilities: {
        minimist: {
          severity: "critical",
          range: "<1.2.6",
          via: [{ title: "Prototype pollution", url: "GHSA-1" }, "mkdirp"],
        },
      },
    };
    expect(audited(JSON.stringify(report))).toEqual({
      exitCode: 1,
      text: expect.stringContaining(
        "critical: minimist <1.2.6: Prototype pollution, GHSA-1; through mkdirp",
      ),
    });
  });
  test.each([
    ['{"message":"405 Method Not Allowed","statusCode":405}', "405 Method Not Allowed"],
    ['{"error":{"code":"ENOTFOUND","summary":""}}', "ENOTFOUND"],
    ["", "npm printed nothing"],
    ["<html>", "<html>"],
  ])("that gets no answer is neither: %s", (stdout, why) => {
    const { exitCode, text } = audited(stdout);
    expect([exitCode, text]).toEqual([3, expect.stringContaining("is not known")]);
    expect(text).toContain(why);
  });
});
