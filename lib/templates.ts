/** What a manifest would be deployed as, without deploying it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import type { Manifest } from "../settings/manifest.ts";
import { NightshiftStacks } from "./nightshift.ts";

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/**
 * All resources of all stacks, as CloudFormation would be given them.
 * @param dist folder of the manifest's bundles, absolute
 */
export function resourcesOf(manifest: Manifest, dist: string): readonly TemplateResource[] {
  const outdir = mkdtempSync(join(tmpdir(), "nightshift-templates-"));
  try {
    const app = new App({ outdir, builtinCloudFormationValidation: false });
    new NightshiftStacks(app, "Nightshift", { manifest, dist });
    return app
      .synth()
      .stacks.flatMap(({ template }) =>
        Object.values(template.Resources as Readonly<Record<string, TemplateResource>>),
      );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
