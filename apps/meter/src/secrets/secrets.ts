/**
 * Passwords of products, sealed in `<dir>/secrets.json`. Each opens only for the product it was given for: another host, port,
 * user or type makes it unusable, so that nobody learns a password by pointing the meter at his own machine.
 */
import { MeterError } from '../identity/index.ts';
import { CollectorFailure } from '../inventory/index.ts';
import { apiLoginFromOutside, passwordFromOutside, passwordVariables } from './from-outside.ts';
import { type Environment, type KeySource, keySource, SECRETS_KEY } from './key-source.ts';
import { fingerprintOf, putNextKey, rotationKey, secretsKey } from './keys.ts';
import { hashPassword, samePassword, verifyPassword } from './password-hash.ts';
import { seal, sealingKey, unseal } from './sealed.ts';
import {
  keepSecrets,
  loadSecrets,
  passwordIn,
  type SealedPassword,
  type SecretOwner,
  type SecretsFile,
  secretsPath,
} from './secrets-file.ts';

export interface Secrets {
  /** Where the key lies. */
  readonly keySource: KeySource;
  /** Keeps it for this product as it is set now, in place of what was kept under its name. */
  setPassword(product: SecretOwner, password: string): Promise<void>;
  /**
   * What is given from outside wins over what is kept. Empty for libvirt when there is none: its connection may need none.
   * @throws CollectorFailure `password-missing`, which needs a person, with what to do
   */
  passwordOf(product: SecretOwner): Promise<string>;
  /**
   * True where a product of this name gets its password from outside. Such a password is bound to the name alone, so whoever may
   * not know it must not say where it goes.
   */
  isFromOutside(name: string): Promise<boolean>;
  /** Forgets the product's password; true when there was one. */
  remove(name: string): Promise<boolean>;
  /** The one who may use the meter's API: from outside, else as kept; undefined until a password was set. */
  readonly apiUser: string | undefined;
  setApiPassword(user: string, password: string): Promise<void>;
  /** Takes as long for a user that is not there. */
  verifyApiPassword(user: string, password: string): Promise<boolean>;
  /**
   * Seals everything anew, with the key in the file `newKey`; without it with a fresh one beside the configuration, which only a
   * meter may do whose key lies there. Whoever gave `newKey` names that file from the next start on.
   * @throws MeterError `secrets-damaged` when a password does not open: nothing is changed then
   */
  rotateKey(newKey?: string): Promise<void>;
}

/**
 * Opens the secrets of a meter. A key beside the configuration is made when there is none and nothing is sealed yet.
 *
 * @throws MeterError `secrets-key-missing` when there is no key file, `key-damaged` when it holds no key,
 *   `secrets-key-wrong` when it is not the one that sealed them, `secrets-damaged` when `secrets.json` is not what it should be,
 *   `api-password-missing` when a file is named for it that cannot be read
 */
export async function openSecrets(dir: string, environment: Environment): Promise<Secrets> {
  const source = await keySource(dir, environment, SECRETS_KEY);
  const kept = await loadSecrets(dir);
  const key = await secretsKey(dir, source, kept?.key);
  let file: SecretsFile = kept ?? { version: 1, key: fingerprintOf(key), passwords: {} };
  let sealing = sealingKey(key);
  const apiLogin = await apiLoginFromOutside(environment);
  let last: Promise<unknown> = Promise.resolve();

  /** What is on the disk now: a command beside a running meter may have given a password, or sealed all with another key. */
  async function look(): Promise<void> {
    const now = await loadSecrets(dir);
    if (now === undefined) return;
    if (now.key !== file.key) sealing = sealingKey(await secretsKey(dir, source, now.key));
    file = now;
  }

  /** One after the other, each upon what the one before left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.catch(() => undefined).then(work);
    last = mine;
    return mine;
  }
  const looked = () => inTurn(look);
  const change = (next: (file: SecretsFile) => SecretsFile): Promise<void> =>
    inTurn(async () => {
      await look();
      const changed = next(file);
      await keepSecrets(dir, changed);
      file = changed;
    });

  return {
    keySource: source,
    setPassword: (product, password) =>
      change((now) => ({
        ...now,
        passwords: { ...now.passwords, [product.name]: sealedFor(product, password, sealing) },
      })),
    async passwordOf(product) {
      const outside = await passwordFromOutside(product.name, environment);
      if (outside !== undefined) return outside;
      await looked().catch((error: unknown) => {
        if (!(error instanceof MeterError)) throw error;
        throw new CollectorFailure('password-missing', error.message, { needsPerson: true, cause: error });
      });
      const sealed = passwordIn(file, product.name);
      if (sealed === undefined && product.type === 'libvirt') return '';
      const password = sealed && unseal(sealing, sealed.sealed, ownerText(product));
      if (password === undefined) throw missing(product, sealed);
      return password;
    },
    isFromOutside: async (name) =>
      passwordFromOutside(name, environment).then(
        (outside) => outside !== undefined,
        // A file that is named and cannot be read now may be there later.
        () => true,
      ),
    async remove(name) {
      await looked();
      if (passwordIn(file, name) === undefined) return false;
      await change(({ passwords, ...now }) => {
        const { [name]: _, ...others } = passwords;
        return { ...now, passwords: others };
      });
      return true;
    },
    get apiUser() {
      return (apiLogin ?? file.api)?.user;
    },
    async setApiPassword(user, password) {
      const hash = await hashPassword(password);
      await change((now) => ({ ...now, api: { user, hash } }));
    },
    async verifyApiPassword(user, password) {
      if (apiLogin !== undefined) return samePassword(password, apiLogin.password) && user === apiLogin.user;
      await looked();
      const same = await verifyPassword(password, file.api?.hash ?? NOBODY);
      return same && file.api?.user === user;
    },
    rotateKey: (newKey) =>
      inTurn(async () => {
        await look();
        const next = await rotationKey(source, newKey);
        const nextSealing = sealingKey(next.key);
        const passwords = Object.entries(file.passwords).map(([name, sealed]) => {
          const owner = { name, ...sealed };
          const password = unseal(sealing, sealed.sealed, ownerText(owner));
          if (password === undefined) throw damaged(dir, name);
          return [name, sealedFor(owner, password, nextSealing)];
        });
        const changed = { ...file, key: fingerprintOf(next.key), passwords: Object.fromEntries(passwords) };
        await keepSecrets(dir, changed);
        [file, sealing] = [changed, nextSealing];
        if (next.beside) await putNextKey(dir);
      }),
  };
}

/** A hash that no password has. */
const NOBODY = `$scrypt$ln=15,r=8,p=3$${'A'.repeat(22)}$${'A'.repeat(43)}`;

function sealedFor(
  { name, type, address, port, user }: SecretOwner,
  password: string,
  key: Buffer,
): SealedPassword {
  return {
    type,
    address,
    port,
    user,
    sealed: seal(key, password, ownerText({ name, type, address, port, user })),
  };
}

/** JSON parts the fields so that none can reach into the next. */
function ownerText({ name, type, address, port, user }: SecretOwner): string {
  return JSON.stringify(['product-password', name, type, address, port, user]);
}

function missing(product: SecretOwner, sealed: SealedPassword | undefined): CollectorFailure {
  const give = `Give it: meterhouse meter products password ${product.name}; or set ${passwordVariables(product.name).fileVariable}.`;
  const changed =
    sealed !== undefined &&
    (['type', 'address', 'port', 'user'] as const).filter((field) => sealed[field] !== product[field]);
  const why = !changed
    ? `There is no password for ${product.name}.`
    : changed.length > 0
      ? `The password of ${product.name} was given for another ${changed.join(' and ')}, and is not tried with this one.`
      : `The password of ${product.name} cannot be opened: secrets.json was changed.`;
  return new CollectorFailure('password-missing', `${why} ${give}`, { needsPerson: true });
}

function damaged(dir: string, name: string): MeterError {
  return new MeterError(
    'secrets-damaged',
    `The password of ${name} in ${secretsPath(dir)} cannot be opened, so the key was not changed. Give that password again first: meterhouse meter products password ${name}.`,
  );
}
