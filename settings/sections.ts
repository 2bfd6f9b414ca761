/**
 * What features add to the settings, by type. Each feature says it in its own `feature.ts`, with
 * `declare module`; a feature that is not there adds nothing. So the settings know no feature, and
 * an editor completes the fields of all that are there.
 */

/** Fields of the settings file, as people write them. */
// biome-ignore lint/suspicious/noEmptyInterface: features add to it
export interface Sections {}

/** The same fields once parsed, with every default filled in. */
// biome-ignore lint/suspicious/noEmptyInterface: features add to it
export interface ParsedSections {}
