/** What settings and units are written with: `import { … } from "nightshift"`. */
import type { registry } from "../functions/registry.ts";
import { configFor } from "../settings/define-config.ts";

export * as z from "zod/mini";
export { type Automation, automation, type Proposal } from "../sdk/automation.ts";
export {
  type Back,
  type Described,
  type Grant,
  paged,
  type Read,
  read,
  type Write,
  write,
} from "../sdk/call.ts";
export {
  type DeclaredRegion,
  declaredRegion,
  type Elsewhere,
  readElsewhere,
  writeElsewhere,
} from "../sdk/elsewhere.ts";
export { CannotJudge, NotPossible } from "../sdk/errors.ts";
export { type Carrier, flow, NoLonger } from "../sdk/flow.ts";
export { type Grace, grace, graceTag, type TargetMark } from "../sdk/grace.ts";
export type { Chart, Message, Severity } from "../sdk/message.ts";
export { units } from "../sdk/registry.ts";
export { type Report, report } from "../sdk/report.ts";
export { type Signal, signal } from "../sdk/signal.ts";
export { days, hours, minutes, type Span, seconds } from "../sdk/time.ts";
export {
  apiCall,
  event,
  type Schedule,
  type Search,
  sweep,
  type Tags,
  type Target,
} from "../sdk/unit.ts";
export { orUnread, type Unread } from "../sdk/unread.ts";
export { holidays } from "../settings/holidays.ts";
export { holidaysAt } from "../settings/holidays-at.ts";

/**
 * The settings of a project, checked against the units themselves: `mode` and `config` of a unit
 * are what that unit has.
 */
export const defineConfig = configFor<typeof registry>();
