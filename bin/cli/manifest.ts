/** `dist/manifest.json`, made anew when it is missing or older than its sources: no unit is loaded here. */
import { relative } from "node:path";
import { digest } from "../../core/codec.ts";
import type { Manifest, ManifestUnit } from "../../core/manifest.ts";
import { type Dist, freshManifest, isStale } from "../stale.ts";
import type { Io } from "./io.ts";
import { defaultSettings, root } from "./paths.ts";
import { known } from "./units.ts";

/** Other settings than the repository's are bundled beside, so that what is deployed is never made of them. */
export const distOf = (file: string): Dist =>
  file === defaultSettings ? {} : { settings: relative(root, file), out: `.nightshift/dist-${digest(file).slice(0, 8)}` };

export function manifestOf(file: string, io: Pick<Io, "say">): Manifest {
  const dist = distOf(file);
  if (isStale(dist)) io.say("bundling first: dist/ is missing or older than its sources");
  return freshManifest(dist);
}

/** @throws {UsageError} when there is no such unit: before anything is bundled for a word that was mistyped */
export function manifestWith(id: string, file: string, io: Pick<Io, "say">): { readonly manifest: Manifest; readonly unit: ManifestUnit } {
  known(id);
  const manifest = manifestOf(file, io);
  const unit = manifest.units.find((one) => one.id === id);
  if (!unit) throw new Error(`the manifest lacks ${id}, which the registry names: bundle again`);
  return { manifest, unit };
}
