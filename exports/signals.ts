/** What signals are written with beside `signal` itself: parsing what AWS sends, links, titles. */
export { signal } from "../sdk/signal.ts";
export * from "../sdk/signals/console-link.ts";
export * from "../sdk/signals/lenient.ts";
export * from "../sdk/signals/telling.ts";
