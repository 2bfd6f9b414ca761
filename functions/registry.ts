/** All units, each loaded only when asked for: ten SDK clients take 0.4 s and 157 MB. */
import type { Unit } from "../sdk/unit.ts";

type Entries<T> = {
  readonly [K in keyof T]: () => Promise<{
    // biome-ignore lint/suspicious/noExplicitAny: a unit's config is its own business
    readonly default: Omit<Unit<K & string, any>, "on"> & {
      readonly kind: "automation" | "report" | "signal";
    };
  }>;
};
/** The key is the unit's id, by type. */
export const units = <const T extends Entries<T>>(entries: T): T => entries;

export const registry = units({
  "open-ingress": () => import("./security/open-ingress/index.ts"),
  "log-retention": () => import("./cost/log-retention/index.ts"),
  "idle-instances": () => import("./cost/idle-instances/index.ts"),
  "cost-report": () => import("./cost/cost-report/index.ts"),
  alarm: () => import("./signals/alarm/index.ts"),
  health: () => import("./signals/health/index.ts"),
  guardduty: () => import("./signals/guardduty/index.ts"),
  "security-hub": () => import("./signals/security-hub/index.ts"),
  inspector: () => import("./signals/inspector/index.ts"),
  "access-analyzer": () => import("./signals/access-analyzer/index.ts"),
  "sign-in": () => import("./signals/sign-in/index.ts"),
  "config-rules": () => import("./signals/config-rules/index.ts"),
  kms: () => import("./signals/kms/index.ts"),
  secrets: () => import("./signals/secrets/index.ts"),
  acm: () => import("./signals/acm/index.ts"),
  backup: () => import("./signals/backup/index.ts"),
  rds: () => import("./signals/rds/index.ts"),
  ec2: () => import("./signals/ec2/index.ts"),
  "auto-scaling": () => import("./signals/auto-scaling/index.ts"),
  ecs: () => import("./signals/ecs/index.ts"),
  lambda: () => import("./signals/lambda/index.ts"),
  "step-functions": () => import("./signals/step-functions/index.ts"),
  s3: () => import("./signals/s3/index.ts"),
  ecr: () => import("./signals/ecr/index.ts"),
  codepipeline: () => import("./signals/codepipeline/index.ts"),
  codebuild: () => import("./signals/codebuild/index.ts"),
  codedeploy: () => import("./signals/codedeploy/index.ts"),
  cloudformation: () => import("./signals/cloudformation/index.ts"),
  "cost-anomaly": () => import("./signals/cost-anomaly/index.ts"),
  budgets: () => import("./signals/budgets/index.ts"),
  "trusted-advisor": () => import("./signals/trusted-advisor/index.ts"),
  support: () => import("./signals/support/index.ts"),
  "any-event": () => import("./signals/any-event/index.ts"),
});
