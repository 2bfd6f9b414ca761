/**
 * A mutant has failed at the first counterexample: no smaller one is looked for, and always the
 * same are tried.
 */
import fc from "fast-check";

fc.configureGlobal({ endOnFailure: true, seed: 1, interruptAfterTimeLimit: 500 });
