/** One bundle: what Lambda loads, and nothing that is not declared. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

export interface Packed {
  /** SHA-256 of all its files. */
  readonly hash: string;
  readonly bytes: number;
  readonly gzipped: number;
}

const entry = "nightshift:entry";

/**
 * Bundles `source`, an entry that is generated, into `folder/index.mjs`, with `settings.json` beside it.
 * @param root the repository: imports in `source` begin with it
 */
export async function pack(root: string, folder: string, source: string, settings: unknown): Promise<Packed> {
  const build = await rolldown({
    input: { index: entry },
    cwd: root,
    platform: "node",
    logLevel: "warn",
    resolve: {
      mainFields: ["module", "main"],
      alias: { "@aws-sdk/credential-provider-node": `${root}/bin/bundle/credentials.ts` },
    },
    plugins: [
      // TEMPORARY until the handlers exist
      {
        name: "stub",
        resolveId: (id) => (id.includes("/handlers/entry/") && !existsSync(id) ? { id: `stub:${id}` } : null),
        load: (id) =>
          id.startsWith("stub:")
            ? {
                code: "export const handler = async () => {}; export const serveUnit = (u) => async () => u; export const serveSignals = (u) => async () => u;",
                moduleType: "ts",
              }
            : null,
      },
      { name: "entry", resolveId: (id) => (id === entry ? { id } : null), load: (id) => (id === entry ? { code: source, moduleType: "ts" } : null) },
    ],
  });
  mkdirSync(folder, { recursive: true });
  await build.write({ dir: folder, format: "esm", minify: true, comments: false, entryFileNames: "index.mjs", chunkFileNames: "[name]-[hash].mjs" });
  await build.close();
  writeFileSync(`${folder}/settings.json`, JSON.stringify(settings));
  return measure(folder);
}

function measure(folder: string): Packed {
  const hash = createHash("sha256");
  const files = readdirSync(folder).sort();
  let gzipped = 0;
  for (const file of files) {
    const content = readFileSync(`${folder}/${file}`);
    hash.update(`${file}\0${content.length}\0`).update(content);
    gzipped += gzipSync(content).length;
  }
  return { hash: hash.digest("hex"), bytes: files.reduce((sum, file) => sum + statSync(`${folder}/${file}`).size, 0), gzipped };
}
