/** What there is of copies already: by AWS Backup's jobs, which it forgets after some weeks. */
import type { CopyJob } from "@aws-sdk/client-backup";
import { listCopyJobs } from "../../../aws/backup/start.ts";
import type { Reader } from "../../../sdk/unit.ts";

const isUnderWay: ReadonlySet<string> = new Set(["CREATED", "RUNNING", "COMPLETED"]);

/** @returns by point, its copies in that vault that are made or being made */
export async function copiesTo(
  read: Reader<readonly [typeof listCopyJobs]>,
  ByDestinationVaultArn: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const jobs: CopyJob[] = [];
  for await (const job of read(listCopyJobs({ ByDestinationVaultArn })))
    if (isUnderWay.has(job.State ?? "")) jobs.push(job);
  return new Map(
    [...Map.groupBy(jobs, ({ SourceRecoveryPointArn = "" }) => SourceRecoveryPointArn)].map(
      ([point, some]) => [
        point,
        some.map(({ DestinationRecoveryPointArn: arn = "" }) => arn).toSorted(),
      ],
    ),
  );
}
