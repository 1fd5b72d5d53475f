export interface Queryable {
  /**
   * Runs one statement with bound values and gives its rows as plain objects in snake case, as the columns are named.
   *
   * @param name of a short read that is asked often: each connection then parses and plans it once, which takes longer than
   *   running it, and outside a transaction it goes over the connection that all such reads share. One name has one text.
   */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<Row[]>;
}

/** A statement runner inside one transaction; it must not be kept beyond the transaction's function. */
export interface Transaction extends Queryable {
  readonly kind: 'transaction';
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction (read committed) and commits it. When `work` throws, all of it is rolled back and the
   * error is passed on. Serialisation failures and deadlocks are tried again up to three times, so `work` must have no
   * effect outside the transaction.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** What `pg` connects with; the job runner keeps connections of its own. */
  readonly connectionString: string;
  close(): Promise<void>;
}
