/**
 * A vCenter that says whatever a test wants it to: enough of vim25 for the collector to go through its rounds, with every answer
 * open to be replaced. What it is asked for is kept, headers too.
 *
 *   const vcenter = await startHostileVcenter(t);
 *   vcenter.machines = [machineObject({ id: 'vm-1', numCPU: '70000' })];
 *   vcenter.now = Date.parse('2100-01-01T00:00:00Z');
 *   vcenter.answers.Login = () => ({ status: 302, headers: { location: 'https://elsewhere/' } });
 */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Said {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  /** The whole body, in place of an envelope around `inner`. */
  readonly body?: string | Uint8Array | ((answer: ServerResponse) => void);
  /** What stands in `<…Response>`. */
  readonly inner?: string;
}

export interface Asked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export class HostileVcenter {
  readonly address = '127.0.0.1';
  port = 0;
  fingerprint = '';
  instance = 'dbed6e0c-bd88-4ef6-b594-21283e1c677f';
  version = '8.0.2';
  /** Milliseconds since the epoch. */
  now = 0;
  /** `objectSet` elements of the first answer to WaitForUpdatesEx. */
  objects: readonly string[] = [];
  /** `objectSet` elements of the next one. */
  updates: readonly string[] = [];
  /** `returnval` elements of the next ReadNextEvents. */
  events: readonly string[] = [];
  licenses: readonly string[] = [];
  readonly asked: Asked[] = [];
  readonly answers: Record<string, (asked: Asked) => Said | undefined> = {};

  say(asked: Asked): Said {
    return this.answers[asked.method]?.(asked) ?? { inner: this.#usually(asked) };
  }

  #usually({ method, body }: Asked): string {
    const reference = (type: string, id = type) => `<returnval type="${type}">${id}</returnval>`;
    switch (method) {
      case 'RetrieveServiceContent':
        return `<returnval>${SERVICE}<about><fullName>A</fullName><version>${this.version}</version><apiType>VirtualCenter</apiType><instanceUuid>${this.instance}</instanceUuid></about></returnval>`;
      case 'Login':
        return '<returnval><key>a-key</key></returnval>';
      case 'CurrentTime':
        return `<returnval>${new Date(this.now).toISOString()}</returnval>`;
      case 'CreateContainerView':
        return reference('ContainerView');
      case 'CreateFilter':
        return reference('PropertyFilter');
      case 'CreateCollectorForEvents':
        return reference('EventHistoryCollector');
      case 'WaitForUpdatesEx': {
        const first = body.includes('<version></version>');
        const objects = first ? this.objects : this.updates;
        if (!first) this.updates = [];
        return `<returnval><version>${first ? 1 : 2}</version><filterSet>${objects.join('')}</filterSet></returnval>`;
      }
      case 'ReadNextEvents': {
        const events = this.events;
        this.events = [];
        return events.join('');
      }
      case 'RetrievePropertiesEx':
        return body.includes('licenseAssignmentManager')
          ? '<returnval><objects><obj type="LicenseManager">l</obj><propSet><name>licenseAssignmentManager</name><val type="LicenseAssignmentManager">a</val></propSet></objects></returnval>'
          : '';
      case 'QueryAssignedLicenses':
        return this.licenses.join('');
      case 'HasPrivilegeOnEntities':
        return '<returnval><privAvailability><privId>System.View</privId><isGranted>true</isGranted></privAvailability></returnval>';
      default:
        return '';
    }
  }
}

const SERVICE = Object.entries({
  rootFolder: 'Folder',
  sessionManager: 'SessionManager',
  propertyCollector: 'PropertyCollector',
  viewManager: 'ViewManager',
  eventManager: 'EventManager',
  licenseManager: 'LicenseManager',
  authorizationManager: 'AuthorizationManager',
})
  .map(([name, type]) => `<${name} type="${type}">${type}</${name}>`)
  .join('');

/** One object of an answer; values are XML as it stands there, a value that is undefined is said to be gone. */
export function objectOf(
  type: string,
  id: string,
  values: Readonly<Record<string, string | undefined>>,
  kind: 'enter' | 'modify' | 'leave' = 'enter',
): string {
  const changes = Object.entries(values).map(([path, value]) =>
    value === undefined
      ? `<changeSet><name>${path}</name><op>remove</op></changeSet>`
      : `<changeSet><name>${path}</name><op>assign</op><val>${value}</val></changeSet>`,
  );
  return `<objectSet><kind>${kind}</kind><obj type="${type}">${id}</obj>${changes.join('')}</objectSet>`;
}

/** A machine that runs on host-1, with what the test changes of it. */
export function machineOf(
  number: number,
  values: Readonly<Record<string, string | undefined>> = {},
  kind: 'enter' | 'modify' = 'enter',
): string {
  const usual = {
    name: `machine-${number}`,
    'config.instanceUuid': `50000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    'config.hardware.numCPU': '2',
    'config.hardware.memoryMB': '4096',
    'config.memoryAllocation.reservation': '0',
    'runtime.powerState': 'poweredOn',
    'runtime.host': 'host-1',
  };
  return objectOf(
    'VirtualMachine',
    `vm-${number}`,
    kind === 'enter' ? { ...usual, ...values } : values,
    kind,
  );
}

export function hostOf(number: number, values: Readonly<Record<string, string>> = {}): string {
  return objectOf('HostSystem', `host-${number}`, {
    name: `host-${number}.example`,
    'hardware.cpuInfo.numCpuPackages': '2',
    'hardware.cpuInfo.numCpuCores': '16',
    'hardware.memorySize': '68719476736',
    'hardware.systemInfo.model': 'a model',
    ...values,
  });
}

export async function startHostileVcenter(owner: {
  after(end: () => Promise<void>): void;
}): Promise<HostileVcenter> {
  const folder = mkdtempSync(join(tmpdir(), 'meterhouse-hostile-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=vcenter', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  const vcenter = new HostileVcenter();
  vcenter.fingerprint = new X509Certificate(readFileSync(cert)).fingerprint256
    .replaceAll(':', '')
    .toLowerCase();
  const server = createServer(
    { cert: readFileSync(cert), key: readFileSync(key) },
    async (question, answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of question) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? 'unknown';
      const asked = { method, headers: question.headers, body };
      vcenter.asked.push(asked);
      const { status = 200, headers = {}, body: whole, inner = '' } = vcenter.say(asked);
      answer.writeHead(status, { 'content-type': 'text/xml; charset=utf-8', ...headers });
      if (typeof whole === 'function') return whole(answer);
      answer.end(
        whole ??
          `<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body><${method}Response xmlns="urn:vim25">${inner}</${method}Response></e:Body></e:Envelope>`,
      );
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vcenter.port = (server.address() as AddressInfo).port;
  owner.after(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    rmSync(folder, { recursive: true, force: true });
  });
  return vcenter;
}
