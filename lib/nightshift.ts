/**
 * The manifest as stacks: one for the home region, one for each family of units, a small one for
 * each other region.
 */
import { CfnOutput, aws_iam as iam, type Stack, Tags } from "aws-cdk-lib";
import { Construct } from "constructs";
import { features } from "../features.ts";
import { deploymentTag } from "../settings/deployment.ts";
import { keptOf } from "../settings/feature.ts";
import type { Manifest } from "../settings/manifest.ts";
import { namesOf } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { FamilyStack } from "./family.ts";
import { ForwardStack } from "./forward.ts";
import { HomeStack } from "./home.ts";
import { deployed } from "./iam/deployed-units.ts";
import { arnHere } from "./place.ts";

export interface NightshiftProps {
  /** As the bundle step writes it. */
  readonly manifest: Manifest;
  /** Folder of the manifest's bundles, absolute. */
  readonly dist: string;
  /** 12 digits; absent: whichever account it is deployed to. */
  readonly account?: string | undefined;
}

/** All stacks of one deployment. Their names come from the settings, wherever the construct stands. */
export class NightshiftStacks extends Construct {
  readonly home: HomeStack;
  readonly stacks: readonly Stack[];

  constructor(scope: Construct, id: string, { manifest, dist, account }: NightshiftProps) {
    super(scope, id);
    const { settings } = manifest;
    const names = namesOf(settings);
    const at = (region: string, stackName: string, purpose: string) => ({
      env: { region, ...(account && { account }) },
      stackName,
      terminationProtection: true,
      description: `Nightshift: ${purpose}`,
      manifest,
      dist,
    });
    this.home = new HomeStack(this, names.homeStack, {
      ...at(settings.home, names.homeStack, "ledger, messages, decisions, watchdog"),
    });
    const families = Map.groupBy(
      deployed(manifest, "automation", "report"),
      ({ family }) => family,
    );
    const ofFamilies = [...families].map(([family, units]) => {
      const name = names.familyStack(family);
      return new FamilyStack(this, name, { ...at(settings.home, name, family), units });
    });
    const others = settings.regions.filter((region) => region !== settings.home);
    const forwards = others.map((region) => {
      const name = names.forwardStack(region);
      const purpose = `sends events from ${region} to ${settings.home}`;
      return new ForwardStack(this, name, { ...at(region, name, purpose), region });
    });
    for (const stack of ofFamilies)
      stack.addStackDependency(
        this.home,
        "its functions use the ledger, the bus and the failure queue",
      );
    for (const stack of forwards)
      stack.addStackDependency(this.home, "its rules send to the home bus");
    this.stacks = [this.home, ...ofFamilies, ...forwards];
    for (const stack of this.stacks) mark(stack, settings);
    this.home.addMetadata("nightshift", {
      deployment: settings.deployment.prefix,
      kept: keptOf(settings, features),
    });
  }
}

/** What each stack of a deployment carries: its id, the team's tags, the boundary of its roles. */
function mark(stack: Stack, { deployment }: ParsedSettings): void {
  const { prefix, tags, permissionsBoundary } = deployment;
  stack.addMetadata("nightshift", { deployment: prefix });
  new CfnOutput(stack, "Deployment", {
    value: prefix,
    description: "The deployment that this stack is a part of",
  });
  for (const [name, value] of Object.entries({ ...tags, [deploymentTag]: prefix }))
    Tags.of(stack).add(name, value);
  if (permissionsBoundary === undefined) return;
  const arn = permissionsBoundary.startsWith("arn:")
    ? permissionsBoundary
    : arnHere("iam", "", `policy/${permissionsBoundary}`);
  iam.PermissionsBoundary.of(stack).apply(
    iam.ManagedPolicy.fromManagedPolicyArn(stack, "Boundary", arn),
  );
}
