/**
 * For a placeholder that only says whether the settings ask for something at all: what its template
 * stands for is granted on everything of its kind, within the template's conditions.
 */
export const allOfThem: readonly string[] = ["*"];
