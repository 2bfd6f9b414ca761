/**
 * A plan of backups whose daily slot began a minute ago: whatever the time of day, a test that lets
 * hours pass stays in one slot, and a day later the next has begun.
 */
export const slotJustBegun = (): { readonly at: string } => ({
  at: new Date(Date.now() - 60_000).toISOString().slice(11, 16),
});
