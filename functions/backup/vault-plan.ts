/** What the settings of all that works with vaults of AWS Backup say alike. */
import * as z from "zod/mini";

/** What is in cold storage is paid for so long at least: AWS Backup refuses a shorter life. */
const coldAtLeast = 90;

const keptDays = z.int().check(z.gte(1), z.lte(36_500));

export interface SaidLife {
  readonly keepDays?: number | undefined;
  readonly coldAfterDays?: number | undefined;
}

/** What a place for copies does not say is as the points have it; both, where it says neither. */
export const lifeOfCopies = (
  place: SaidLife,
  { keepDays, coldAfterDays }: SaidLife & { readonly keepDays: number },
): { readonly keepDays: number; readonly coldAfterDays?: number | undefined } => ({
  keepDays: place.keepDays ?? keepDays,
  coldAfterDays:
    place.keepDays === undefined ? (place.coldAfterDays ?? coldAfterDays) : place.coldAfterDays,
});

export const isLongEnough = (life: SaidLife): boolean =>
  life.coldAfterDays === undefined ||
  life.keepDays === undefined ||
  life.keepDays >= life.coldAfterDays + coldAtLeast;

export const tooShort = {
  path: ["keepDays"],
  error: `is too short: what moves to cold storage stays there for ${coldAtLeast} days at least. Add ${coldAtLeast} days to coldAfterDays, or leave that out`,
};

const coldDays = z
  .optional(keptDays)
  .check(
    z.describe(
      "Days after which a point moves to cold storage, where its kind has that: EFS, and DynamoDB with AWS Backup's advanced features.",
    ),
  );

/** @param keep what is said of the days, for people */
export const lifeFields = (keep: string) => ({
  keepDays: z._default(keptDays, 35).check(z.describe(keep)),
  coldAfterDays: coldDays,
});

/** As a place of its own may say it. */
export const ownLifeFields = (keep: string) => ({
  keepDays: z.optional(keptDays).check(z.describe(keep)),
  coldAfterDays: coldDays,
});

/** How long what is made lives. */
export interface VaultLife {
  readonly keepDays: number;
  readonly coldAfterDays?: number;
}

/** Without what is not said. */
export const vaultLifeOf = ({
  keepDays,
  coldAfterDays,
}: SaidLife & { readonly keepDays: number }): VaultLife => ({
  keepDays,
  ...(coldAfterDays !== undefined && { coldAfterDays }),
});

/** As AWS Backup has it. */
export const lifecycleOf = ({ keepDays, coldAfterDays }: VaultLife) => ({
  DeleteAfterDays: keepDays,
  ...(coldAfterDays !== undefined && { MoveToColdStorageAfterDays: coldAfterDays }),
});

export const vaultFields = {
  vault: z
    ._default(z.string().check(z.regex(/^[A-Za-z0-9_-]{2,50}$/)), "Default")
    .check(z.describe("The vault that points lie in, by name: one of it in each region.")),
  role: z
    ._default(
      z
        .string()
        .check(
          z.regex(
            /^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
            "must be the name of a role, with its path where it has one, not an ARN",
          ),
        ),
      "service-role/AWSBackupDefaultServiceRole",
    )
    .check(
      z.describe(
        "The role that AWS Backup works with. Whoever carries the backups may pass this role to AWS Backup, and no other.",
      ),
    ),
};

/** What may be passed to AWS Backup, and which vault is meant: of the settings alone. */
export const namedVault = ({ vault, role }: { readonly vault: string; readonly role: string }) => ({
  backup_vault: [vault],
  backup_role: [role],
});
