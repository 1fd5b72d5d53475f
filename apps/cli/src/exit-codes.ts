/** What `meterhouse` ends with, for scripts. Told by `meterhouse --help`, to which the help of each command leads. */
export const EXIT = Object.freeze({
  done: 0,
  /** The service answered with an error, or failed. */
  refused: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  notFound: 3,
  /** No token, a token that is not good, or a role that may not. */
  unauthorised: 4,
  /** Nothing answers at the service's address. */
  unreachable: 5,
  /** A local file is at fault: a trace, a package, a meter's directory. */
  input: 6,
  /** What arrived is not what was announced. */
  checksum: 7,
  /** What was looked for was found: reports differ, hours are missing, a check of the doctor failed, a plan has changes. */
  found: 8,
  /** Some of it was done, and told which was not. */
  partly: 9,
  /** The same is under way in another process. */
  busy: 10,
  /** The person who was asked said no, or pressed Ctrl-C; what a shell reports of a Ctrl-C. */
  stopped: 130,
});

export const EXIT_HELP = `
Exit status:
  0  done                              4  not signed in, or the role may not
  1  the service answered an error     5  the service cannot be reached
  2  wrong usage or configuration      6  a local file is at fault
  3  not found                         7  a checksum does not fit
  8  reports differ, hours are missing, a check failed, a plan has changes
  9  done in part                     10  another process is at it already
130  stopped by whom it asked`;
