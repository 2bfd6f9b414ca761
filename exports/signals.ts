/**
 * What signals are written with: the frame for those that tell of states, `signal` for all else,
 * parsing what AWS sends, links, names.
 */
export { confirmation, signal } from "../sdk/signal.ts";
export * from "../sdk/signals/config.ts";
export * from "../sdk/signals/console-link.ts";
export * from "../sdk/signals/lenient.ts";
export * from "../sdk/signals/names.ts";
export * from "../sdk/signals/state-signal.ts";
export * from "../sdk/signals/telling.ts";
