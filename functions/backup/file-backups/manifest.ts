/** What a set of files is, in its own words: for people, for a restore, and for what prunes it. */
import * as z from "zod/mini";

const file = z.object({ name: z.string(), sha256: z.string(), bytes: z.number() });
export type ManifestFile = z.output<typeof file>;

export const fileManifest = z.object({
  format: z.literal("nightshift-files/1"),
  about: z.string(),
  slot: z.string(),
  account: z.string(),
  region: z.string(),
  at: z.string(),
  action: z.string(),
  run: z.string(),
  keep: z.string(),
  things: z.number(),
  leftOut: z.number(),
  files: z.readonly(z.array(file)),
});
export type FileManifest = z.output<typeof fileManifest>;
