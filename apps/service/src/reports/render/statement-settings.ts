/**
 * How every statement of the reports runs. 512 MiB is a third above what the longest, the history of 24,000 machines, takes;
 * beyond half of it the engine sorts and groups on the disk. `neighbor` is told of in queries/vm-history.ts.
 */
export const statementSettings = `SETTINGS
  max_memory_usage = 536870912,
  max_bytes_ratio_before_external_sort = 0.5,
  max_bytes_ratio_before_external_group_by = 0.5,
  allow_deprecated_error_prone_window_functions = 1`;
