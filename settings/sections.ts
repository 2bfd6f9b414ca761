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

/** The kinds of channels, each with what the settings say of one. */
// biome-ignore lint/suspicious/noEmptyInterface: features add to it
export interface ChannelKinds {}

/** What every channel's setting has. */
export interface AnyChannelSetting {
  readonly kind: string;
}

/** A way to reach people, beside the topic. */
export type ChannelSetting = [keyof ChannelKinds] extends [never]
  ? AnyChannelSetting
  : ChannelKinds[keyof ChannelKinds];
