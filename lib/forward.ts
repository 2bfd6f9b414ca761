import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Failures } from "./failures.ts";
import { Forwards } from "./forwards.ts";
import { ownAlarms } from "./own-alarms.ts";
import type { PartProps } from "./stack-props.ts";

/**
 * All that another region than home holds: rules that forward, and the queue for what could not be
 * forwarded.
 */
export class ForwardStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { manifest, region, dist: _, ...props }: PartProps & { readonly region: string },
  ) {
    super(scope, id, props);
    const { settings } = manifest;
    new Failures(this, "Failures", { settings, region });
    // An alarm reaches only topics of its own region: this one travels home as an event.
    new Forwards(this, "Forwards", { manifest, region, also: [ownAlarms(settings)] });
  }
}
