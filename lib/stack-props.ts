import type { StackProps } from "aws-cdk-lib";
import type { Manifest } from "../settings/manifest.ts";

/** Of each stack of a deployment. */
export interface PartProps extends StackProps {
  readonly manifest: Manifest;
  /** Folder of the bundles. */
  readonly dist: string;
}
