/** One bundle: what Lambda loads, and nothing that is not declared. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { packageFile, packageRoot, projectRoot } from "../io/paths.ts";
import { builtins } from "./builtins.ts";
import { type BundleCache, bundleCache, type CachedBundle, type Parts } from "./cache.ts";
import { leftUnsaid } from "./descriptions.ts";
import { leftOut } from "./left-out.ts";
import { onlyBegun } from "./only-begun.ts";
import { onlyUndone } from "./only-undone.ts";

export interface Packed {
  /** SHA-256 of all its files. */
  readonly hash: string;
  readonly bytes: number;
  readonly gzipped: number;
  /** `name@version` of each package that has code in it. */
  readonly packages: readonly string[];
  readonly parts: Parts;
}

const entry = "nightshift:entry";

/** What one bundle is made of. */
export interface Bundle {
  /** Its entry, generated; imports are absolute. */
  readonly source: string;
  /** Lies beside it as `settings.json`. */
  readonly settings: unknown;
  /**
   * By their absolute paths, in place of files that name all there is, like
   * `functions/registry.ts`: only what is deployed.
   */
  readonly instead?: Readonly<Record<string, string>>;
  /** With the clients of the AWS SDK as they are: nothing stands in their place. */
  readonly wholeClients?: boolean;
  /** It begins flows, and carries none: nothing of what they do is in it. */
  readonly onlyBegins?: boolean;
  /** It takes back, and proposes nothing. */
  readonly onlyUndoes?: boolean;
}

type Code = Pick<Bundle, "source" | "wholeClients" | "onlyBegins" | "onlyUndoes"> &
  Required<Pick<Bundle, "instead">>;

/**
 * Bundles into `folder/index.mjs`, or takes what was made of the same before.
 * @param cache of this bundle step
 */
export async function pack(
  folder: string,
  { settings, ...asked }: Bundle,
  cache: BundleCache = bundleCache(),
): Promise<Packed> {
  mkdirSync(folder, { recursive: true });
  const { source, instead = {}, wholeClients = false } = asked;
  const { onlyBegins = false, onlyUndoes = false } = asked;
  const code = { source, instead, wholeClients, onlyBegins, onlyUndoes };
  let made: Pick<CachedBundle, "packages" | "parts"> | undefined = cache.take(code, folder);
  if (!made) {
    const rolled = await roll(folder, code);
    cache.keep(code, folder, rolled);
    made = rolled;
  }
  writeFileSync(`${folder}/settings.json`, JSON.stringify(settings));
  const { packages, parts } = made;
  return { ...measure(folder), packages, parts };
}

async function roll(
  folder: string,
  { source, instead, wholeClients, onlyBegins, onlyUndoes }: Code,
): Promise<CachedBundle> {
  const generated = new Map([[entry, source], ...Object.entries(instead)]);
  const modules = new Set<string>();
  const build = await rolldown({
    input: { index: entry },
    cwd: projectRoot,
    platform: "node",
    logLevel: "warn",
    // One function loads a module when it is needed, another at once: each has its own bundle.
    // How long plugins take says something of the machine, and nothing to whoever bundles.
    // EC2's client alone has 700 modules of commands: those that nobody imports are not read.
    experimental: { lazyBarrel: true },
    checks: { ineffectiveDynamicImport: false, pluginTimings: false },
    // sdk/bundled.ts: what settings are held to when they are bundled.
    transform: { define: { "globalThis.nightshiftBundled": "true" } },
    resolve: {
      mainFields: ["module", "main"],
      ...(!wholeClients && {
        alias: { "@aws-sdk/credential-provider-node": packageFile("cli/bundle/credentials.ts") },
      }),
    },
    plugins: [
      builtins,
      leftUnsaid,
      ...(onlyBegins ? [onlyBegun] : []),
      ...(onlyUndoes ? [onlyUndone] : []),
      ...(wholeClients ? [] : [leftOut]),
      {
        name: "generated",
        resolveId: { filter: { id: /^nightshift:entry$/ }, handler: (id) => ({ id }) },
        load: {
          filter: { id: { exclude: /\/node_modules\// } },
          handler(id) {
            const code = generated.get(id);
            if (code !== undefined) return { code, moduleType: "ts" };
            if (isAbsolute(id)) modules.add(id);
            return null;
          },
        },
      },
    ],
  });
  const { output } = await build.write({
    dir: folder,
    format: "esm",
    minify: true,
    comments: false,
    entryFileNames: "index.mjs",
    chunkFileNames: "[name]-[hash].mjs",
  });
  await build.close();
  const inBundle = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  const rendered = output.flatMap((chunk) =>
    chunk.type === "chunk" ? Object.entries(chunk.modules) : [],
  );
  const parts: Record<string, number> = {};
  for (const [id, { renderedLength }] of rendered) {
    const part = partOf(id);
    parts[part] = (parts[part] ?? 0) + renderedLength;
  }
  return { modules: [...modules].sort(), packages: packagesOf(inBundle), parts };
}

/** The package that a module belongs to, or the folder of ours. */
function partOf(id: string): string {
  const [, installed] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
  if (installed !== undefined) return installed;
  const inside = relative(packageRoot, id);
  return isAbsolute(id) && !inside.startsWith("..") ? dirname(inside) : "the project";
}

/** The packages that modules belong to, as they are installed. */
function packagesOf(modules: readonly string[]): string[] {
  const folders = new Set(
    modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? []),
  );
  const named = [...folders].map(
    (folder) =>
      JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as {
        name: string;
        version: string;
      },
  );
  return [...new Set(named.map(({ name, version }) => `${name}@${version}`))].sort();
}

function measure(folder: string): Omit<Packed, "packages" | "parts"> {
  const hash = createHash("sha256");
  const files = readdirSync(folder).sort();
  let gzipped = 0;
  for (const file of files) {
    const content = readFileSync(`${folder}/${file}`);
    hash.update(`${file}\0${content.length}\0`).update(content);
    // As the zip is made that Lambda is sent.
    gzipped += gzipSync(content, { level: constants.Z_BEST_COMPRESSION }).length;
  }
  return {
    hash: hash.digest("hex"),
    bytes: files.reduce((sum, file) => sum + statSync(`${folder}/${file}`).size, 0),
    gzipped,
  };
}
