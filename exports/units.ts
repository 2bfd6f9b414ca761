/** The units that Nightshift ships, by family and id, each loaded when it is asked for. Made by `npm run generate`. */

export const backup = {
  "backup-costs": () => import("../functions/backup/backup-costs/index.ts"),
  "backup-drill": () => import("../functions/backup/backup-drill/index.ts"),
  "copy-backups": () => import("../functions/backup/copy-backups/index.ts"),
  "copy-database-backups": () => import("../functions/backup/copy-database-backups/index.ts"),
  "database-backups": () => import("../functions/backup/database-backups/index.ts"),
  "database-drill-leftovers": () => import("../functions/backup/database-drill-leftovers/index.ts"),
  "database-drill": () => import("../functions/backup/database-drill/index.ts"),
  "drill-leftovers": () => import("../functions/backup/drill-leftovers/index.ts"),
  "image-backups": () => import("../functions/backup/image-backups/index.ts"),
  "prune-backups": () => import("../functions/backup/prune-backups/index.ts"),
  "prune-copies": () => import("../functions/backup/prune-copies/index.ts"),
  "prune-database-backups": () => import("../functions/backup/prune-database-backups/index.ts"),
  "prune-database-copies": () => import("../functions/backup/prune-database-copies/index.ts"),
  "prune-images": () => import("../functions/backup/prune-images/index.ts"),
  "prune-table-backups": () => import("../functions/backup/prune-table-backups/index.ts"),
  "table-backups": () => import("../functions/backup/table-backups/index.ts"),
  "table-drill-leftovers": () => import("../functions/backup/table-drill-leftovers/index.ts"),
  "table-drill": () => import("../functions/backup/table-drill/index.ts"),
  unprotected: () => import("../functions/backup/unprotected/index.ts"),
  "vault-backups": () => import("../functions/backup/vault-backups/index.ts"),
  "vault-copies": () => import("../functions/backup/vault-copies/index.ts"),
  "volume-backups": () => import("../functions/backup/volume-backups/index.ts"),
};

export const certificates = {
  certificates: () => import("../functions/certificates/certificates/index.ts"),
  "expiring-certificates": () => import("../functions/certificates/expiring-certificates/index.ts"),
  "expiring-keys": () => import("../functions/certificates/expiring-keys/index.ts"),
  "export-certificates": () => import("../functions/certificates/export-certificates/index.ts"),
  "mirror-certificates": () => import("../functions/certificates/mirror-certificates/index.ts"),
  "reload-certificates": () => import("../functions/certificates/reload-certificates/index.ts"),
  "renew-certificates": () => import("../functions/certificates/renew-certificates/index.ts"),
  "rotate-secrets": () => import("../functions/certificates/rotate-secrets/index.ts"),
};

export const cleanup = {
  "dangling-records": () => import("../functions/cleanup/dangling-records/index.ts"),
  "ecr-images": () => import("../functions/cleanup/ecr-images/index.ts"),
  "empty-log-groups": () => import("../functions/cleanup/empty-log-groups/index.ts"),
  "old-images": () => import("../functions/cleanup/old-images/index.ts"),
  "old-snapshots": () => import("../functions/cleanup/old-snapshots/index.ts"),
  "stale-environments": () => import("../functions/cleanup/stale-environments/index.ts"),
  "unused-addresses": () => import("../functions/cleanup/unused-addresses/index.ts"),
  "unused-endpoints": () => import("../functions/cleanup/unused-endpoints/index.ts"),
  "unused-load-balancers": () => import("../functions/cleanup/unused-load-balancers/index.ts"),
  "unused-nat-gateways": () => import("../functions/cleanup/unused-nat-gateways/index.ts"),
  "unused-roles": () => import("../functions/cleanup/unused-roles/index.ts"),
  "unused-security-groups": () => import("../functions/cleanup/unused-security-groups/index.ts"),
};

export const cost = {
  "cost-report": () => import("../functions/cost/cost-report/index.ts"),
  "dynamodb-capacity": () => import("../functions/cost/dynamodb-capacity/index.ts"),
  "expired-snapshots": () => import("../functions/cost/expired-snapshots/index.ts"),
  "gp3-volumes": () => import("../functions/cost/gp3-volumes/index.ts"),
  "idle-caches": () => import("../functions/cost/idle-caches/index.ts"),
  "idle-databases": () => import("../functions/cost/idle-databases/index.ts"),
  "idle-instances": () => import("../functions/cost/idle-instances/index.ts"),
  "idle-redshift-clusters": () => import("../functions/cost/idle-redshift-clusters/index.ts"),
  "idle-sagemaker-endpoints": () => import("../functions/cost/idle-sagemaker-endpoints/index.ts"),
  "idle-sagemaker-notebooks": () => import("../functions/cost/idle-sagemaker-notebooks/index.ts"),
  "idle-search-domains": () => import("../functions/cost/idle-search-domains/index.ts"),
  "idle-streams": () => import("../functions/cost/idle-streams/index.ts"),
  "incomplete-uploads": () => import("../functions/cost/incomplete-uploads/index.ts"),
  "log-costs": () => import("../functions/cost/log-costs/index.ts"),
  "log-retention": () => import("../functions/cost/log-retention/index.ts"),
  "old-generations": () => import("../functions/cost/old-generations/index.ts"),
  "s3-lifecycle": () => import("../functions/cost/s3-lifecycle/index.ts"),
  "savings-plans-and-reservations": () =>
    import("../functions/cost/savings-plans-and-reservations/index.ts"),
  "unattached-volumes": () => import("../functions/cost/unattached-volumes/index.ts"),
  "untagged-resources": () => import("../functions/cost/untagged-resources/index.ts"),
};

export const hours = {
  "off-hours-databases": () => import("../functions/hours/off-hours-databases/index.ts"),
  "off-hours-groups": () => import("../functions/hours/off-hours-groups/index.ts"),
  "off-hours-instances": () => import("../functions/hours/off-hours-instances/index.ts"),
  "off-hours-services": () => import("../functions/hours/off-hours-services/index.ts"),
};

export const security = {
  "open-ingress": () => import("../functions/security/open-ingress/index.ts"),
};

export const signals = {
  "access-analyzer": () => import("../functions/signals/access-analyzer/index.ts"),
  acm: () => import("../functions/signals/acm/index.ts"),
  alarm: () => import("../functions/signals/alarm/index.ts"),
  "any-event": () => import("../functions/signals/any-event/index.ts"),
  "auto-scaling": () => import("../functions/signals/auto-scaling/index.ts"),
  backup: () => import("../functions/signals/backup/index.ts"),
  budgets: () => import("../functions/signals/budgets/index.ts"),
  cloudformation: () => import("../functions/signals/cloudformation/index.ts"),
  codebuild: () => import("../functions/signals/codebuild/index.ts"),
  codedeploy: () => import("../functions/signals/codedeploy/index.ts"),
  codepipeline: () => import("../functions/signals/codepipeline/index.ts"),
  "config-rules": () => import("../functions/signals/config-rules/index.ts"),
  "cost-anomaly": () => import("../functions/signals/cost-anomaly/index.ts"),
  ec2: () => import("../functions/signals/ec2/index.ts"),
  ecr: () => import("../functions/signals/ecr/index.ts"),
  ecs: () => import("../functions/signals/ecs/index.ts"),
  guardduty: () => import("../functions/signals/guardduty/index.ts"),
  health: () => import("../functions/signals/health/index.ts"),
  inspector: () => import("../functions/signals/inspector/index.ts"),
  kms: () => import("../functions/signals/kms/index.ts"),
  lambda: () => import("../functions/signals/lambda/index.ts"),
  rds: () => import("../functions/signals/rds/index.ts"),
  s3: () => import("../functions/signals/s3/index.ts"),
  secrets: () => import("../functions/signals/secrets/index.ts"),
  "security-hub": () => import("../functions/signals/security-hub/index.ts"),
  "sign-in": () => import("../functions/signals/sign-in/index.ts"),
  "step-functions": () => import("../functions/signals/step-functions/index.ts"),
  support: () => import("../functions/signals/support/index.ts"),
  "trusted-advisor": () => import("../functions/signals/trusted-advisor/index.ts"),
};
