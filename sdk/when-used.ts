/**
 * Made when it is first used, and then kept: what formats numbers and words brings a language's data
 * with it, a third of what a small function loads.
 */
export function whenUsed<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
