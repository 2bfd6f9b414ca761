/**
 * What is going on, on stderr, while it takes longer than a person likes to look at nothing. What
 * is quick says nothing.
 */

/** How long nothing is said at first, and between two lines, in milliseconds. */
const patience = 2000;
const between = 10_000;

export interface ProgressShown {
  /**
   * Says what is being done, and how long that has taken, while the work lasts. The innermost work
   * is named.
   * @param what in words that follow "…": "planning idle-instances in eu-central-1"
   */
  during<T>(what: string, work: () => Promise<T>): Promise<T>;
}

/** @param say a line on stderr */
export function createProgress(say: (line: string) => void): ProgressShown {
  /** In the order in which they began. */
  const going = new Set<{ readonly what: string }>();
  let begun = 0;
  let timer: NodeJS.Timeout | undefined;

  function tell(): void {
    const latest = [...going].at(-1);
    if (latest) say(`… ${latest.what} (${Math.round((Date.now() - begun) / 1000)} s)`);
    timer = setTimeout(tell, between);
    timer.unref();
  }
  function begin(): void {
    begun = Date.now();
    timer = setTimeout(tell, patience);
    // It keeps no command alive that has ended.
    timer.unref();
  }

  return {
    async during(what, work) {
      const own = { what };
      if (!going.size) begin();
      going.add(own);
      try {
        return await work();
      } finally {
        going.delete(own);
        if (!going.size) clearTimeout(timer);
      }
    },
  };
}
