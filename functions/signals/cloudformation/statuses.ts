/** The statuses of a stack with which all is well. */
export const fine: readonly string[] = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "IMPORT_COMPLETE",
  "DELETE_COMPLETE",
];
