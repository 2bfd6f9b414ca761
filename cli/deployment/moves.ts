/** What settings move at once when they are deployed, against what the deployment has kept. */
import { GetTemplateSummaryCommand } from "@aws-sdk/client-cloudformation";
import * as z from "zod/mini";
import type { Clients } from "../../engine/run/clients.ts";
import { features } from "../../features.ts";
import { inOneLine, isDenied } from "../../sdk/errors.ts";
import type { MoveAtOnce } from "../../settings/feature.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { DeployedStack } from "./compare.ts";
import { formationIn } from "./stacks.ts";

/** What is moved, or why that is not known. */
export interface MovesSeen {
  readonly moves?: readonly MoveAtOnce[];
  readonly unknown?: {
    /** Of what it is not known: `who is on call now`. */
    readonly about: string;
    readonly why: string;
    /** AWS refused or failed; else there is nothing to compare with. */
    readonly failed: boolean;
  };
}

export interface Moving {
  readonly settings: ParsedSettings;
  /** Those with the deployment's tag. */
  readonly stacks: readonly DeployedStack[];
  readonly at: Date;
}

const metadata = z.object({
  nightshift: z.object({ kept: z.record(z.string(), z.unknown()) }),
});

/** @returns nothing where the text is not what a deployment of this version writes */
function keptIn(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    return metadata.safeParse(JSON.parse(text ?? "{}")).data?.nightshift.kept;
  } catch {
    return undefined;
  }
}

const older = "what is deployed is of a version that did not keep it, or of a later one";

/** Never throws: what cannot be read is not known, and keeps nobody from deploying. */
export async function movesSeen(
  clients: Clients,
  { settings, stacks, at }: Moving,
): Promise<MovesSeen> {
  const keeping = features.flatMap(({ id, kept }) => (kept ? [{ id, kept }] : []));
  if (!keeping.length) return { moves: [] };
  const about = keeping.map(({ kept }) => kept.about).join(", ");
  const notKnown = (why: string, failed = false) => ({ unknown: { about, why, failed } });
  const { home } = settings;
  const { homeStack } = namesOf(settings);
  const stack = stacks.find(({ name, region }) => name === homeStack && region === home);
  if (!stack || stack.neverMade)
    return notKnown(`there is no stack ${homeStack} in ${home} that carries the deployment's tag`);
  try {
    const { Metadata } = await formationIn(clients, home).send(
      new GetTemplateSummaryCommand({ StackName: homeStack }),
    );
    const deployed = keptIn(Metadata);
    if (!deployed) return notKnown(older);
    const moves = keeping.map(({ id, kept }) => kept.moves(deployed[id], settings, at));
    if (moves.some((found) => found === undefined)) return notKnown(older);
    return { moves: moves.flatMap((found) => found ?? []) };
  } catch (error) {
    const right = isDenied(error) ? "cloudformation:GetTemplateSummary is denied: " : "";
    return notKnown(`${right}${inOneLine(error)}`, true);
  }
}

/** For whoever is about to deploy; no line where nothing moves. */
export function movesText({ moves = [], unknown }: MovesSeen): readonly string[] {
  if (unknown) return [unknownText(unknown)];
  if (!moves.length) return [];
  return ["At once, with this deployment:", ...moves.flatMap(linesOf)];
}

/** @returns a sentence that says that it is not known, and why */
export const unknownText = ({ about, why }: NonNullable<MovesSeen["unknown"]>): string =>
  `It is not known whether these settings move ${about}: ${why}.`;

const linesOf = ({ what, remedy }: MoveAtOnce): readonly string[] => [
  `  ${what}.`,
  `    ${remedy}`,
];
