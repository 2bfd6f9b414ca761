/** How many tasks a service wants: none for its time off, and what it had is given back. */
import * as z from "zod/mini";
import { updateService } from "../../../aws/ecs/service.ts";
import { serviceNames } from "./service.ts";

const count = z.object({ desired: z.int().check(z.gte(0)) });

/** As the service has it. */
export type TaskCount = z.output<typeof count>;

const asked = z.object({ desiredCount: z.literal(0) });

/** @param input of what the unit last did to it */
export const setToNone = (input: object): boolean => asked.safeParse(input).success;

/** @returns how many it had, as the ledger says it; nothing where it says none */
export function readCount(before: unknown): number | undefined {
  const read = count.safeParse(before);
  return read.success && read.data.desired > 0 ? read.data.desired : undefined;
}

export const scaledTo = (id: string, desiredCount: number) =>
  updateService({ ...serviceNames(id), desiredCount });
