/** What the configs of signals are made of. */

import * as z from "zod/mini";
import type { Severity } from "../message.ts";
import { severities } from "../severity.ts";

/** A list of names, empty by default. @param what they are, for the docs */
/* @__NO_SIDE_EFFECTS__ */
export const namesInEvent = (what: string) =>
  z._default(z.array(z.string()), []).check(z.describe(what));

/** From which severity on something is told. */
/* @__NO_SIDE_EFFECTS__ */
export const atLeast = (normal: Severity) =>
  z._default(z.enum(severities), normal).check(z.describe("What is less severe is not told."));
