export type Severity = "info" | "warning" | "critical";

interface ChartHead {
  readonly title: string;
  /** What the numbers are: "USD", "%". */
  readonly unit?: string;
}

/** How one number went over time. */
export interface TimeSeries extends ChartHead {
  readonly points: readonly (readonly [at: Date, value: number])[];
  readonly bars?: never;
}

/** What several things amount to, side by side. */
export interface BarChart extends ChartHead {
  /** In the order in which they are shown, the largest first: of many the first are drawn. */
  readonly bars: readonly (readonly [label: string, value: number])[];
  readonly points?: never;
}

/** Numbers that `messages/render/` draws; a report or signal never draws itself. */
export type Chart = TimeSeries | BarChart;

export type Cell = string | number;

/** What `messages/render/` lays out; numbers stand to the right. */
export interface Table {
  readonly columns: readonly string[];
  /** Worst first: of a long table a chat shows the first rows, a file holds all. */
  readonly rows: readonly (readonly Cell[])[];
  /** Below the rows, one cell a column. */
  readonly total?: readonly Cell[];
}

/** What a report or a signal tells. */
export interface Message {
  /** One sentence that says what happened, to what. */
  readonly title: string;
  readonly severity: Severity;
  /** The facts that matter, named; values are plain text and are never rendered unescaped. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly chart?: Chart;
  readonly table?: Table;
  /** What is affected: names or ARNs of resources. */
  readonly affected?: readonly string[];
  /** Tags of what is affected, where they are known: all values that occur. Routes go by them. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  /** The console page where it can be seen. Never taken from an event's text. */
  readonly link?: string;
  /**
   * The region that it is about, where that is not the one that the event came from. Of what is not
   * of AWS it is not believed.
   */
  readonly region?: string;
  /** What to do about it: the address of a page, or `docs/…` of this repository. */
  readonly runbook?: string;
  /** Groups the repeats of one matter and closes it when it is over. */
  readonly key?: string;
  /** It is over. */
  readonly closes?: boolean;
  /**
   * The matter has no state that lasts and no end of its own: each event is another occurrence, which
   * whoever took the one before has not seen. Absent: it is not known.
   */
  readonly occurs?: boolean;
  /**
   * Nothing tells that it is over: it is taken as over when nothing more of it is heard for a day.
   */
  readonly passing?: boolean;
  /** All is well, which is worth no message: it only ends what is open, where something is. */
  readonly quiet?: boolean;
}
