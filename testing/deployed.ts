/** A deployment with the usual names. */
import type { Deployed } from "../settings/arns.ts";
import { defaultPrefix, namesOf } from "../settings/names.ts";

export const deployment = { prefix: defaultPrefix } as const;
export const deployedIn = (home: string): Deployed => ({ home, deployment });
export const names = namesOf({ deployment });
