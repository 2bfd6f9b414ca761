/** Something that was undone, and is to be done again. */
export interface Undone {
  readonly target: string;
  readonly within: string | null;
  /** Digest of the state that the undo restored: what came back may have a new id. */
  readonly state: string;
}

/** What started a run, as data: so that a run that died can be taken up as it was. */
export interface Start {
  readonly kind: "sweep" | "event" | "decision" | "manual" | "redo";
  /** The same for each delivery of the same trigger: the time slot, the event's id, the plan. */
  readonly key: string;
  readonly region: string;
  /** When it was due or happened. */
  readonly at: Date;
  /**
   * The targets to look at; `undefined`: all, or those of the plan that was decided on and of what
   * was undone, which would be too many to be held here too.
   */
  readonly only?: readonly string[] | undefined;
  /** Past this it only watches (rule: time-slots). */
  readonly latest?: Date | undefined;
  /** The ARN of the role or user whose call the event tells of; `null`: the event has no actor. */
  readonly actor?: string | null | undefined;
  /** The plan that was decided on. */
  readonly plan?: string | undefined;
  /** A redo: what was undone, so that nothing beside it is touched. */
  readonly again?: readonly Undone[] | undefined;
  /** Who asked for it: who started it by hand, or whose call the event tells of. */
  readonly by?: string | undefined;
}

/** Whether it looks at everything, of its own accord. */
export const looksAtAll = ({ only, kind }: Start): boolean =>
  only === undefined && kind !== "decision" && kind !== "redo";

/** The key of the run that carries out a decision: the same however often it is handed over. */
export const decisionKey = (plan: string): string => `decision#${plan}`;
