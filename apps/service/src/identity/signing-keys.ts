import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { RecordChange } from '../platform/audit/types.ts';
import type { Database, Queryable, Transaction } from '../platform/database/types.ts';
import type { Secrets } from '../platform/secrets/types.ts';

/**
 * The service's own signing keys, one in force for each purpose. A rotation puts a new one in force at once; the old one is
 * retired and kept. A retired access key verifies for as long as a token that it signed can live; a retired report key
 * verifies for ever, since reports do not expire.
 */
export type KeyPurpose = 'access' | 'report';

/** ES256 is what every JWT library verifies; EdDSA signs the same report to the same bytes. */
const algorithmOf: Record<KeyPurpose, string> = { access: 'ES256', report: 'EdDSA' };
export const accessAlgorithm = algorithmOf.access;

/** Lifetime of an access token, seconds; so long does a retired access key live on. */
export const accessTokenSeconds = 1800;

/** How stale this process may be about another process's rotation, milliseconds. */
const keptFor = 10_000;

export interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
}

export interface SigningKeys {
  /**
   * The key in force; the first one is made when it is first needed.
   *
   * @param kid of the key in force, where the caller's own statement has just read it: the records are not asked a second time
   */
  current(purpose: KeyPurpose, kid?: string): Promise<SigningKey>;
  /** The public key to verify with, or undefined when the key is unknown or has been retired for too long. */
  find(purpose: KeyPurpose, kid: string): Promise<CryptoKey | undefined>;
  /** Public keys that still verify, the one in force first, then newest first, as a JSON Web Key Set holds them. */
  published(purpose: KeyPurpose): Promise<JWK[]>;
  /** Puts a new key in force and retires the old one. Returns the new key's id. */
  rotate(purpose: KeyPurpose): Promise<string>;
  /** The same in the transaction of a change. */
  rotateIn(transaction: Transaction, purpose: KeyPurpose, author: RotatedBy): Promise<string>;
}

/** For the audit log. */
interface RotatedBy {
  readonly actor: string;
  readonly requestId?: string;
}

interface KeyRow {
  kid: string;
  algorithm: string;
  public_jwk: JWK;
  sealed_private_jwk: Buffer;
  retired_at: Date | null;
}

export function createSigningKeys({
  database,
  secrets,
  recordChange,
  clock,
}: {
  database: Database;
  secrets: Secrets;
  recordChange: RecordChange;
  clock: () => Date;
}): SigningKeys {
  const opened = new Map<string, SigningKey>();
  const found = new Map<string, { key: CryptoKey; retiredAt: Date | null; readAt: number }>();

  async function openKey({ kid, algorithm, sealed_private_jwk }: KeyRow): Promise<SigningKey> {
    const known = opened.get(kid);
    if (known !== undefined) return known;
    const jwk = JSON.parse(Buffer.from(secrets.open(contextOf(kid), sealed_private_jwk)).toString()) as JWK;
    const key = { kid, algorithm, privateKey: (await importJWK(jwk, algorithm)) as CryptoKey };
    opened.set(kid, key);
    return key;
  }

  /** A retired key still verifies what it signed before it was retired. */
  function stillVerifies(purpose: KeyPurpose, retiredAt: Date | null): boolean {
    if (retiredAt === null || purpose === 'report') return true;
    return clock().getTime() < retiredAt.getTime() + accessTokenSeconds * 1000;
  }

  async function rotateIn(
    transaction: Transaction,
    purpose: KeyPurpose,
    author: RotatedBy,
    onlyIfNone = false,
  ): Promise<string> {
    // Two processes that rotate, or start an empty database, do so one after the other.
    await transaction.query(`select pg_advisory_xact_lock(hashtext('signing-keys'))`);
    const before = await findCurrent(transaction, purpose);
    if (before !== undefined && onlyIfNone) return before.kid;
    const made = await makeKey(algorithmOf[purpose]);
    const sealed = secrets.seal(contextOf(made.kid), Buffer.from(JSON.stringify(made.privateJwk)));
    const now = clock();
    await transaction.query(
      'update signing_keys set retired_at = $2 where purpose = $1 and retired_at is null',
      [purpose, now],
    );
    await transaction.query(
      `insert into signing_keys (kid, purpose, algorithm, public_jwk, sealed_private_jwk, created_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [made.kid, purpose, algorithmOf[purpose], JSON.stringify(made.publicJwk), sealed, now],
    );
    await recordChange(transaction, {
      ...author,
      action: before === undefined ? 'signing-key-made' : 'signing-key-rotated',
      subject: `key:${made.kid}`,
      details: { purpose, ...(before === undefined ? {} : { before: before.kid }) },
    });
    return made.kid;
  }

  async function rotate(purpose: KeyPurpose, onlyIfNone = false): Promise<string> {
    const kid = await database.transaction((transaction) =>
      rotateIn(transaction, purpose, { actor: 'service' }, onlyIfNone),
    );
    found.clear();
    return kid;
  }

  return {
    async current(purpose, kid) {
      const known = kid === undefined ? undefined : opened.get(kid);
      if (known !== undefined) return known;
      let row = await findCurrent(database, purpose);
      if (row === undefined) {
        await rotate(purpose, true);
        row = (await findCurrent(database, purpose))!;
      }
      return openKey(row);
    },

    async find(purpose, kid) {
      const name = `${purpose} ${kid}`;
      let entry = found.get(name);
      const now = clock().getTime();
      if (entry === undefined || Math.abs(now - entry.readAt) > keptFor) {
        const [row] = await database.query<KeyRow>(
          'select * from signing_keys where kid = $1 and purpose = $2',
          [kid, purpose],
        );
        if (row === undefined) return undefined;
        const key = (await importJWK(row.public_jwk, row.algorithm)) as CryptoKey;
        entry = { key, retiredAt: row.retired_at, readAt: now };
        found.set(name, entry);
      }
      return stillVerifies(purpose, entry.retiredAt) ? entry.key : undefined;
    },

    async published(purpose) {
      const rows = await database.query<KeyRow>(
        'select * from signing_keys where purpose = $1 order by retired_at is not null, created_at desc, kid',
        [purpose],
      );
      return rows
        .filter(({ retired_at }) => stillVerifies(purpose, retired_at))
        .map(({ kid, algorithm, public_jwk }) => ({ ...public_jwk, kid, alg: algorithm, use: 'sig' }));
    },

    rotate: (purpose) => rotate(purpose),
    rotateIn: (transaction, purpose, author) => rotateIn(transaction, purpose, author),
  };
}

const contextOf = (kid: string) => `signing-key:${kid}`;

async function findCurrent(on: Queryable, purpose: KeyPurpose): Promise<KeyRow | undefined> {
  const [row] = await on.query<KeyRow>(
    'select * from signing_keys where purpose = $1 and retired_at is null',
    [purpose],
  );
  return row;
}

async function makeKey(algorithm: string): Promise<{ kid: string; publicJwk: JWK; privateJwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return {
    kid: await calculateJwkThumbprint(publicJwk),
    publicJwk,
    privateJwk: await exportJWK(privateKey),
  };
}
