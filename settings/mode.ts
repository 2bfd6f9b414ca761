/** How far an automation may go. */

export const modes = ["watch", "ask", "act", "retired"] as const;

/**
 * `watch`: say what you would do. `ask`: do it when approved. `act`: do it. `retired`: start by
 * nothing and do nothing more, so that what was done can still be taken back.
 */
export type Mode = (typeof modes)[number];

/** Whether it changes anything, with or without a person. */
export const mayChange = (mode: Mode): boolean => mode === "ask" || mode === "act";

/**
 * Whether what it did can be taken back. One that only watches has done nothing; one that was
 * lowered to `watch` has its way back in `retired`, or where it may act again.
 */
export const mayTakeBack = (mode: Mode): boolean => mayChange(mode) || mode === "retired";

/** How a unit is set so that what it did can be taken back, as the settings say it. */
export const asRetired = (unit: string): string => `units: { "${unit}": { mode: "retired" } }`;
