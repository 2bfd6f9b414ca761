/** What a cold start pays for: the size of each bundle and its load, beside a naive one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { rolldown } from "rolldown";
import type { Manifest } from "../../settings/manifest.ts";
import { interleaved, loadTime } from "./process.ts";
import { type Figure, measured, median } from "./row.ts";

const rounds = 9;
/** What a zip adds to each file: its header, and its line in the directory. */
const zipOverhead = 150;

/** Kilobytes of a folder as Lambda is sent it. */
export function zipped(folder: string): number {
  const sizes = readdirSync(folder).map(
    (file) => deflateRawSync(readFileSync(join(folder, file)), { level: 9 }).length + zipOverhead,
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

/** The SDK's clients in a bundle, as `packages.json` names them. */
function clientsOf(dist: string, bundle: string): string[] {
  const carried = JSON.parse(readFileSync(join(dist, "packages.json"), "utf8")) as Readonly<
    Record<string, readonly string[]>
  >;
  return (carried[bundle] ?? []).flatMap(
    (name) => /^(@aws-sdk\/client-[\w-]+)@/.exec(name)?.[1] ?? [],
  );
}

/**
 * What whoever bundles without thinking gets of the same clients: all of each, with the bundler's
 * own settings, and no handler at all.
 */
async function naiveBundle(clients: readonly string[], file: string): Promise<void> {
  const entry = "naive:entry";
  const code = clients.map((name, at) => `export * as c${at} from ${JSON.stringify(name)};`);
  const build = await rolldown({
    input: entry,
    platform: "node",
    logLevel: "silent",
    plugins: [
      {
        name: "naive",
        resolveId: (id) => (id === entry ? { id } : null),
        load: (id) => (id === entry ? { code: code.join("\n"), moduleType: "js" } : null),
      },
    ],
  });
  await build.write({ file, format: "esm", codeSplitting: false });
  await build.close();
}

/**
 * @param dist where the bundles lie
 * @param scratch a folder for what they are compared with
 */
export async function bundleRows(dist: string, scratch: string): Promise<Figure[]> {
  const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8")) as Manifest;
  const automations = manifest.units.filter(({ kind }) => kind === "automation");
  const sizes = automations.map(({ id, bundle }) => ({
    id,
    bundle,
    size: zipped(join(dist, bundle)),
  }));
  const stub = join(scratch, "stub.mjs");
  writeFileSync(stub, "export const handler = async () => undefined;\n");

  const ratios: {
    readonly id: string;
    readonly times: Readonly<Record<string, readonly number[]>>;
  }[] = [];
  for (const { id, bundle } of sizes) {
    const naive = join(scratch, id, "naive.mjs");
    mkdirSync(join(scratch, id), { recursive: true });
    await naiveBundle(clientsOf(dist, bundle), naive);
    const own = join(dist, bundle, "index.mjs");
    if (!existsSync(own)) throw new Error(`${own} is missing`);
    const times = interleaved(
      {
        own: () => loadTime(own),
        naive: () => loadTime(naive),
        stub: () => loadTime(stub),
      },
      rounds,
    );
    ratios.push({ id, times });
  }
  return [
    ...sizes.map(({ id, size }) =>
      measured(
        { what: `zipped bundle of ${id}`, target: 90, unit: "KB" },
        [size],
        "with the ledger; deflate, as Lambda is sent it",
      ),
    ),
    ...ratios.map(({ id, times: { own = [], naive = [], stub: nothing = [] } }) => {
      const [ownTime, naiveTime, stubTime] = [own, naive, nothing].map((each) =>
        Math.round(median(each)),
      );
      return measured(
        { what: `load of ${id}, of a naive bundle of the same clients`, target: 0.3, unit: "" },
        own.map((time, at) => time / (naive[at] ?? Number.NaN)),
        `${ownTime} ms, naive ${naiveTime} ms, an empty module ${stubTime} ms`,
      );
    }),
  ];
}
