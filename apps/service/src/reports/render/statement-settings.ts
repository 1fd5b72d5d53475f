/**
 * How every statement of the reports runs. `neighbor` is told of in queries/vm-history.ts; the rest keeps memory flat however
 * often machines change: small blocks, groups handed on as soon as the table's order says they are whole, sorting on the disk
 * beyond 100 MB. 24,000 machines with 140,000 rows of history take 300 MiB, 4.3 million rows under 512 MiB. Beyond some ten
 * million the statement fails, the job tells so on /healthz, and `max_memory_usage` has to grow with `--engine-memory`.
 */
export const statementSettings = `SETTINGS
  max_memory_usage = 671088640,
  max_block_size = 8192,
  optimize_aggregation_in_order = 1,
  aggregation_in_order_max_block_bytes = 1000000,
  max_bytes_before_external_group_by = 200000000,
  max_bytes_before_external_sort = 100000000,
  max_bytes_ratio_before_external_sort = 0,
  prefer_external_sort_block_bytes = 1000000,
  allow_deprecated_error_prone_window_functions = 1`;
