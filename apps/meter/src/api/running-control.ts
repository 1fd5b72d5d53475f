/** What the API may ask of a meter that runs: the rooms behind each question. */
import { activateMeter } from '../activation/index.ts';
import { readCertificate } from '../collectors/vsphere/index.ts';
import {
  AUDIT_COLUMNS,
  type AuditedProduct,
  type AuditKind,
  auditCells,
  auditRules,
} from '../customers/index.ts';
import { loadMeter } from '../identity/index.ts';
import { allNames, deanonymise } from '../privacy/index.ts';
import type { ProductStatus, RunningMeter } from '../run/index.ts';
import { changeSettings, type ProductSettings, type SettingsChange } from '../settings/index.ts';
import { spoolPlaces, storedPackages } from '../spool/index.ts';
import {
  ControlRefusal,
  type MeterControl,
  type ProductView,
  type RulesReport,
  type WaitingCertificate,
} from './control.ts';
import { usageDataOf } from './usage-data-of.ts';

export interface RunningControlOptions {
  /** What rules are audited against, in place of what the meter knows. */
  readonly audited?: () => Iterable<AuditedProduct>;
}

export function controlOf(meter: RunningMeter, options: RunningControlOptions = {}): MeterControl {
  const { dir, settingsPath, secrets } = meter;

  /** The file is changed, then the meter follows it. What a flag or the environment says still wins. */
  async function change(...changes: readonly SettingsChange[]) {
    const settings = await changeSettings(settingsPath, ...changes);
    return { settings, follow: () => meter.reload() };
  }
  const statusOf = (name: string) => meter.snapshot().products.find((product) => product.name === name);
  const viewOf = (name: string): ProductView => {
    const status = statusOf(name);
    if (status === undefined) throw new ControlRefusal('not-found', `There is no product ${name}.`);
    return toldProduct(status);
  };
  /** @throws ControlRefusal where a password that the caller may not know would go to an address that he names */
  async function refuseIfFromOutside(name: string): Promise<void> {
    if (!(await secrets.isFromOutside(name))) return;
    throw new ControlRefusal(
      'invalid',
      `The password of ${name} is given to the meter from outside and would go to this address: change it in meter.yaml, on the meter's machine.`,
    );
  }
  const settingsOf = (products: readonly ProductSettings[], name: string) =>
    products.find((product) => product.name === name)!;

  return {
    products: async () => meter.snapshot().products.map(toldProduct),
    async addProduct({ name, type, address, port, user, password }) {
      await refuseIfFromOutside(name);
      const { settings, follow } = await change({
        kind: 'add-product',
        product: { name, type, address, ...(port === 0 ? {} : { port }), ...(user === '' ? {} : { user }) },
      });
      // Before the meter hears of the product, so that its first try has the password.
      if (password !== undefined) await secrets.setPassword(settingsOf(settings.products, name), password);
      await follow();
      return viewOf(name);
    },
    async changeProduct(name, { password, ...fields }) {
      if (Object.keys(fields).length > 0) await refuseIfFromOutside(name);
      const { settings, follow } = await change(
        ...(Object.keys(fields).length === 0 ? [] : [{ kind: 'change-product' as const, name, fields }]),
      );
      const product = settings.products.find((one) => one.name === name);
      if (product === undefined) throw new ControlRefusal('not-found', `There is no product ${name}.`);
      if (password !== undefined) await secrets.setPassword(product, password);
      await follow();
      meter.retry(name);
      return viewOf(name);
    },
    async removeProduct(name) {
      const { follow } = await change({ kind: 'remove-product', name });
      await secrets.remove(name);
      await follow();
    },

    async certificates() {
      const waiting = meter
        .snapshot()
        .products.filter(({ code }) => code !== undefined && UNTRUSTED.has(code));
      const seen = await Promise.all(waiting.map(certificateOf));
      return seen.filter((certificate) => certificate !== undefined);
    },
    async decideCertificate(product, fingerprint, accepted) {
      // Declined is what it is already: not trusted, and asked for again as long as the product shows it.
      if (!accepted) return;
      const { follow } = await change({ kind: 'change-product', name: product, fields: { fingerprint } });
      await follow();
      meter.retry(product);
    },

    rules: async () => meter.settings().customers,
    async addRules(rules) {
      const { settings, follow } = await change(
        ...rules.map((rule) => ({ kind: 'add-rule' as const, rule })),
      );
      await follow();
      // They stand behind all others; what somebody else adds at the same moment comes before or after this change.
      return settings.customers.slice(-rules.length);
    },
    async renameRules(names) {
      const { settings, follow } = await change(
        ...names.map(({ id, name }) => ({ kind: 'change-rule' as const, id, fields: { name } })),
      );
      await follow();
      const renamed = new Set(names.map(({ id }) => id));
      return settings.customers.filter(({ id }) => renamed.has(id));
    },
    async removeRules(ids) {
      const { follow } = await change(...ids.map((id) => ({ kind: 'remove-rule' as const, id })));
      await follow();
    },
    async auditRules(report, product) {
      const audited = [...(options.audited ?? meter.audited)()].filter(
        (one) => product === undefined || one.product.name === product,
      );
      if (audited.length === 0)
        throw new ControlRefusal('unavailable', 'No inventory is there to hold the rules against yet.');
      return { at: meter.snapshot().at, columns: AUDIT_COLUMNS, rows: rowsOf(meter, audited, KINDS[report]) };
    },

    privacy: async () => meter.privacy.view(meter.snapshot().at),
    async changePrivacy(settings, force) {
      const { follow } = await change({ kind: 'change-privacy', fields: { ...settings } });
      if (force) await meter.privacy.follow(settings, meter.snapshot().at, true);
      await follow();
      return meter.privacy.view(meter.snapshot().at);
    },
    async deanonymise(from, to) {
      await meter.privacy.flush();
      await deanonymise(from, to, await allNames(dir));
    },

    usageData: (month) => usageDataOf(spoolPlaces(dir), month),

    async cloudAuth() {
      const { activation } = await loadMeter(dir);
      return {
        service: meter.settings().service,
        organisation: activation?.organisation,
        registration: activation?.registration,
        epoch: activation?.epoch,
      };
    },
    async activate(token) {
      const { service, serviceCaFile } = meter.settings();
      if (service === undefined)
        throw new ControlRefusal(
          'invalid',
          'This meter is OFFLINE: carry its activation by hand, or set `service` in meter.yaml.',
        );
      await activateMeter(await loadMeter(dir), service, token, serviceCaFile).catch((error: unknown) => {
        // What undici throws; a refusal of the service passes.
        if (!(error instanceof TypeError)) throw error;
        throw new ControlRefusal('unavailable', `The service ${service} cannot be reached.`, {
          cause: error,
        });
      });
      meter.wakeUploads();
    },

    async status() {
      const { agent, version, startedAt, service, products, upload, spoolLimitBytes } = meter.snapshot();
      const [oldest] = await storedPackages(spoolPlaces(dir).packages);
      const { spool } = upload;
      return {
        agent,
        version,
        startedAt,
        products: products.map(toldProduct),
        hoursWaiting: products.reduce((sum, { ledger }) => sum + (ledger?.waiting ?? 0), 0),
        online: service !== undefined,
        packagesUnsent: spool?.unsent ?? 0,
        oldestUnsentAt: oldest?.changed,
        spoolBytes: spool?.bytes ?? 0,
        spoolLimitBytes,
      };
    },
  };
}

const UNTRUSTED: ReadonlySet<string> = new Set(['certificate-not-trusted', 'certificate-changed']);

/** What the product shows now; undefined when it cannot be asked. */
async function certificateOf({
  name,
  address,
  port,
}: ProductStatus): Promise<WaitingCertificate | undefined> {
  const shown = await readCertificate(address, port).catch(() => undefined);
  return shown && { product: name, ...shown };
}

function toldProduct(status: ProductStatus): ProductView {
  const { name, type, address, port, user, state, stateSince, reason, changedAt, ledger, health } = status;
  return {
    name,
    type,
    address,
    port,
    user,
    state,
    stateSince,
    reason,
    changedAt,
    instanceId: ledger?.product?.id,
    version: ledger?.product?.version,
    seenUntil: ledger?.since === undefined ? undefined : ledger.since * 1000,
    skewSeconds: health?.skewSeconds,
    requests: health?.requests ?? 0,
    bytes: health?.bytes ?? 0,
  };
}

const KINDS: Readonly<Record<RulesReport, AuditKind>> = {
  mappedVMs: 'mapped',
  unmappedVMs: 'unmapped',
  unmappedRules: 'targetless',
  overlappedRules: 'overlapping',
};

function* rowsOf(meter: RunningMeter, audited: Iterable<AuditedProduct>, kind: AuditKind) {
  for (const row of auditRules(meter.rules(), audited)) if (row.kind === kind) yield auditCells(row);
}
