import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Manifest } from "../settings/manifest.ts";
import { Failures } from "./failures.ts";
import { Forwards } from "./forwards.ts";
import { ownAlarms } from "./home.ts";

/**
 * All that another region than home holds: rules that forward, and the queue for what could not be
 * forwarded.
 */
export class ForwardStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    {
      manifest,
      region,
      ...props
    }: StackProps & { readonly manifest: Manifest; readonly region: string },
  ) {
    super(scope, id, props);
    new Failures(this, "Failures", region);
    // An alarm reaches only topics of its own region: this one travels home as an event.
    new Forwards(this, "Forwards", { manifest, region, also: [ownAlarms] });
  }
}
