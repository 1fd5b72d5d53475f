/** Values for `{name:Type}` places of a statement: bound by the engine, never pasted into the text. */
export type EngineValues = Readonly<
  Record<string, string | number | bigint | boolean | readonly (string | number)[]>
>;

/**
 * One bounded way to the engine. The in-process engine answers one statement per client at a time, so a long report must
 * not stand in front of a small read: each kind of work has its own lane, with its own number of clients and a bounded queue.
 * When the queue is full the statement is refused with the problem `engine-busy` (503, Retry-After).
 */
export interface EngineLane {
  /** A statement without an answer. Settings stand in its SETTINGS clause only. */
  command(sql: string, values?: EngineValues): Promise<void>;
  /** A small answer, as objects: 64-bit and wider numbers are strings. Never for bulk. */
  rows<Row = Record<string, unknown>>(sql: string, values?: EngineValues): Promise<Row[]>;
}

export interface Engine {
  /** Staging, checking and moving packages in. */
  readonly loads: EngineLane;
  /** Rendering reports to files. */
  readonly reports: EngineLane;
  /** Small reads that a caller waits for. */
  readonly reads: EngineLane;
  /** A folder for the templates that formats of statements name; an absolute path. */
  readonly formats: string;
  /** The engine's own version, for manifests and `/metrics`. */
  readonly version: string;
  close(): Promise<void>;
}
