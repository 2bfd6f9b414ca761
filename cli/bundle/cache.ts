/**
 * Bundles that were made before, by content: `.nightshift/bundles/<key>`. The key is what was asked
 * for; a bundle is used again when every file that went into it is as it was.
 */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { packageFile, projectRoot } from "../io/paths.ts";

/** What a bundle was made of and carries. */
export interface MadeOf {
  /** SHA-256 of each source that is not of an installed package, by absolute path. */
  readonly sources: Readonly<Record<string, string>>;
  /** `name@version` of each package that has code in it. */
  readonly packages: readonly string[];
  readonly parts: Parts;
}

/** Bytes before they are minified, by package, or by folder of ours. */
export type Parts = Readonly<Record<string, number>>;

const store = join(projectRoot, ".nightshift", "bundles");
const description = "made-of.json";
/** Days that a bundle is kept for which nobody asks. */
const keptDays = 14;

const sha256 = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex");
const hashOf = (file: string): string => (existsSync(file) ? sha256(readFileSync(file)) : "gone");

/** The same for all bundles of a step: which packages are installed, and how bundles are made. */
function surroundings(): string {
  const files = [
    join(projectRoot, "node_modules", ".package-lock.json"),
    packageFile("cli/bundle/pack.ts"),
    packageFile("cli/bundle/left-out.ts"),
    packageFile("cli/bundle/only-begun.ts"),
    packageFile("cli/bundle/only-undone.ts"),
    packageFile("cli/bundle/client/small-sources.ts"),
    packageFile("cli/bundle/client/listed-errors.ts"),
    packageFile("cli/bundle/client/errors.ts"),
    packageFile("cli/bundle/endpoint.ts"),
    packageFile("cli/bundle/hosts.ts"),
    packageFile("cli/bundle/lean-zod.ts"),
    packageFile("cli/bundle/credentials.ts"),
  ];
  return sha256(JSON.stringify([process.version, ...files.map(hashOf)]));
}

/** What a bundle carries. */
export interface CachedBundle {
  /** Absolute paths of all that was read, but for what is installed. */
  readonly modules: readonly string[];
  readonly packages: readonly string[];
  readonly parts: Parts;
}

export interface BundleCache {
  /** Copies what was made of the same into `folder`; nothing where there is none. */
  take(wanted: unknown, folder: string): MadeOf | undefined;
  /** Keeps what lies in `folder`. */
  keep(wanted: unknown, folder: string, made: CachedBundle): void;
  /** Removes what nobody has asked for in two weeks. */
  prune(now: Date): void;
}

/** For one bundle step: each source is read once. */
export function bundleCache(): BundleCache {
  const around = surroundings();
  const hashes = new Map<string, string>();
  const current = (file: string): string => {
    const known = hashes.get(file) ?? hashOf(file);
    hashes.set(file, known);
    return known;
  };
  const placeOf = (wanted: unknown): string =>
    join(store, sha256(JSON.stringify([around, wanted])).slice(0, 32));

  return {
    take(wanted, folder) {
      const place = placeOf(wanted);
      const file = join(place, description);
      if (!existsSync(file)) return undefined;
      const made = JSON.parse(readFileSync(file, "utf8")) as MadeOf;
      const same = Object.entries(made.sources).every(([path, hash]) => current(path) === hash);
      if (!same) return undefined;
      const now = new Date();
      utimesSync(file, now, now);
      cpSync(place, folder, { recursive: true });
      rmSync(join(folder, description));
      return made;
    },

    keep(wanted, folder, { modules, packages, parts }) {
      const place = placeOf(wanted);
      const making = `${place}.${process.pid}`;
      const sources = Object.fromEntries(modules.map((path) => [path, current(path)]));
      mkdirSync(store, { recursive: true });
      cpSync(folder, making, { recursive: true });
      writeFileSync(
        join(making, description),
        JSON.stringify({ sources, packages, parts } satisfies MadeOf),
      );
      rmSync(place, { recursive: true, force: true });
      // Another step may have kept the same in between: then this one is not needed.
      try {
        renameSync(making, place);
      } catch {
        rmSync(making, { recursive: true, force: true });
      }
    },

    prune(now) {
      if (!existsSync(store)) return;
      for (const name of readdirSync(store)) {
        const file = join(store, name, description);
        // One that is being made has none yet.
        const { mtime: used } =
          statSync(file, { throwIfNoEntry: false }) ?? statSync(join(store, name));
        if (now.getTime() - used.getTime() > keptDays * 86_400_000)
          rmSync(join(store, name), { recursive: true, force: true });
      }
    },
  };
}
