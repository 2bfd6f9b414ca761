import type { AnyAutomation } from "./automation.ts";
import type { AnyReport } from "./report.ts";
import type { AnySignal } from "./signal.ts";

/** Whatever the registry may name, its type parameters forgotten. */
export type AnyUnit = AnyAutomation | AnyReport | AnySignal;
