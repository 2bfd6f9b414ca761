/** All units, each loaded only when asked for: ten SDK clients take 0.4 s and 157 MB. */
import type { Unit } from "../core/unit.ts";

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
  "open-ingress": () => import("./security/open-ingress.ts"),
  "log-retention": () => import("./cost/log-retention.ts"),
  "idle-instances": () => import("./cost/idle-instances.ts"),
  "cost-report": () => import("./cost/cost-report.ts"),
  alarm: () => import("./signals/alarm.ts"),
  health: () => import("./signals/health.ts"),
  guardduty: () => import("./signals/guardduty.ts"),
  "security-hub": () => import("./signals/security-hub.ts"),
  inspector: () => import("./signals/inspector.ts"),
  "access-analyzer": () => import("./signals/access-analyzer.ts"),
  "sign-in": () => import("./signals/sign-in.ts"),
  "config-rules": () => import("./signals/config-rules.ts"),
  kms: () => import("./signals/kms.ts"),
  secrets: () => import("./signals/secrets.ts"),
  acm: () => import("./signals/acm.ts"),
  backup: () => import("./signals/backup.ts"),
  rds: () => import("./signals/rds.ts"),
  ec2: () => import("./signals/ec2.ts"),
  "auto-scaling": () => import("./signals/auto-scaling.ts"),
  ecs: () => import("./signals/ecs.ts"),
  lambda: () => import("./signals/lambda.ts"),
  "step-functions": () => import("./signals/step-functions.ts"),
  s3: () => import("./signals/s3.ts"),
  ecr: () => import("./signals/ecr.ts"),
  codepipeline: () => import("./signals/codepipeline.ts"),
  codebuild: () => import("./signals/codebuild.ts"),
  codedeploy: () => import("./signals/codedeploy.ts"),
  cloudformation: () => import("./signals/cloudformation.ts"),
  "cost-anomaly": () => import("./signals/cost-anomaly.ts"),
  budgets: () => import("./signals/budgets.ts"),
  "trusted-advisor": () => import("./signals/trusted-advisor.ts"),
  support: () => import("./signals/support.ts"),
  "any-event": () => import("./signals/any-event.ts"),
});
