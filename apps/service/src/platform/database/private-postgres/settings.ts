/**
 * What the private PostgreSQL is started with. Everything that keeps data safe (fsync, full_page_writes, checksums,
 * synchronous_commit) stays as PostgreSQL ships it; the rest keeps one small machine small. Given on the command line at each
 * start, so a new version of Meterhouse needs no edit of a file.
 */
export function serverSettings(runtimeDirectory: string): string[] {
  const settings = {
    // No TCP at all: only who may enter the runtime directory can even knock.
    listen_addresses: '',
    unix_socket_directories: runtimeDirectory,
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // The service's pool, the job runner's, and a person with psql; each costs about 5 MB while it is open.
    max_connections: '60',
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    // Reads in the backend itself: three I/O workers more would idle.
    io_method: 'sync',
    // Records are small. Parallel workers would need /dev/shm, which containers keep at 64 MB, and jit costs more than it gives.
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] %a ',
    // Statements stay out of the log, since their values may be secret.
    log_min_error_statement: 'panic',
    log_min_messages: 'warning',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
