/**
 * How every statement of the reports runs. `neighbor` is told of in queries/vm-history.ts; the rest bounds the memory: small
 * blocks, grouping and sorting on the disk beyond 100 MB. The history of 24,000 machines takes 250 MiB of it, whether its
 * days lie in few parts or in thirty, and passes with 4.3 million rows. Where more change (17 million when every machine does in
 * every hour) it is rendered in slices (render-history.ts).
 */
export const statementSettings = `SETTINGS
  max_memory_usage = 671088640,
  max_block_size = 8192,
  max_bytes_before_external_group_by = 100000000,
  max_bytes_ratio_before_external_group_by = 0,
  max_bytes_before_external_sort = 100000000,
  max_bytes_ratio_before_external_sort = 0,
  prefer_external_sort_block_bytes = 1000000,
  allow_deprecated_error_prone_window_functions = 1`;
