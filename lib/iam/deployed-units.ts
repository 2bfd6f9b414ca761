/** The units of a manifest that are deployed, by what they take. */
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { mayTakeBack } from "../../settings/mode.ts";

/** Units that are deployed, of some kinds. */
export const deployed = (
  { units }: Pick<Manifest, "units">,
  ...kinds: readonly ManifestUnit["kind"][]
): ManifestUnit[] => units.filter(({ enabled, kind }) => enabled && kinds.includes(kind));

/** Whether there is anything that its undo role could do. */
export const needsUndoRole = ({ kind, mode, undoes }: ManifestUnit): boolean =>
  kind === "automation" && mayTakeBack(mode) && undoes.length > 0;

/** Automations that are deployed with an undo role. */
export const takenBack = (manifest: Pick<Manifest, "units">): ManifestUnit[] =>
  deployed(manifest, "automation").filter(needsUndoRole);

/** Automations that are deployed, and have work that waits. */
export const withFlows = (manifest: Pick<Manifest, "units">): ManifestUnit[] =>
  deployed(manifest, "automation").filter(({ flows }) => flows !== undefined);
