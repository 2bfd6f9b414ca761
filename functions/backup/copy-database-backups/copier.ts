/** The unit's id as its copies and its part of the ledger have it: others go by it, and copy nothing. */
export const databaseCopier = "copy-database-backups";
