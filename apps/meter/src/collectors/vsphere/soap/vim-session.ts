/**
 * The calls of vim25 that metering needs, typed. One session: when the vCenter has forgotten it, every call says
 * `NotAuthenticated`, and the filters, views and collectors that it held are gone with it.
 */
import { CollectorFailure, plainVersion } from '../../../inventory/index.ts';
import type { Call, Transport } from './transport.ts';
import { isFault } from './vim-fault.ts';
import { element, type Reference, reference } from './write-request.ts';
import type { XmlElement } from './xml-element.ts';

export interface ServiceContent {
  readonly instance: string;
  readonly version: string;
  readonly root: Reference;
  readonly sessions: Reference;
  readonly properties: Reference;
  readonly views: Reference;
  readonly events: Reference;
  readonly licenses: Reference | undefined;
  readonly rights: Reference | undefined;
}

/** What is read of which type; a type stands for those that are derived of it, too. */
export interface PropertySet {
  readonly type: string;
  readonly paths: readonly string[];
}

/** One object of an update or of an answer: its reference and properties by path. */
export interface ObjectProperties {
  readonly id: string;
  readonly type: string;
  readonly kind: 'enter' | 'modify' | 'leave';
  readonly values: readonly { readonly path: string; readonly value: XmlElement | undefined }[];
}

export interface Updates {
  /** undefined: nothing changed while it waited. */
  readonly version: string | undefined;
  readonly truncated: boolean;
  /** By `performance.now()`: the vCenter began to answer, so it had looked before. */
  readonly heardAt: number;
}

export interface EventFilter {
  /** Unix seconds by the vCenter's clock. */
  readonly since?: number;
  readonly types?: readonly string[];
}

const SERVICE: Reference = { type: 'ServiceInstance', value: 'ServiceInstance' };
type Take = (object: ObjectProperties) => void;

export class VimSession {
  readonly content: ServiceContent;
  readonly #transport: Transport;
  readonly #signal: AbortSignal | undefined;
  #key = '';

  private constructor(transport: Transport, content: ServiceContent, signal: AbortSignal | undefined) {
    this.#transport = transport;
    this.content = content;
    this.#signal = signal;
  }

  /** @throws CollectorFailure `another-product` for an ESXi host or anything else that is no vCenter */
  static async open(transport: Transport, signal?: AbortSignal): Promise<VimSession> {
    const { response } = await transport.call({
      method: 'RetrieveServiceContent',
      on: SERVICE,
      ...(signal && { signal }),
    });
    return new VimSession(transport, contentOf(response.child('returnval')), signal);
  }

  /** @throws CollectorFailure `login-refused` when name or password are wrong, or nobody may log in */
  async login(user: string, password: string): Promise<void> {
    try {
      const answer = await this.#call('Login', this.content.sessions, {
        with: element('userName', user) + element('password', password),
      });
      this.#key = answer.textOf('returnval', 'key') ?? '';
    } catch (error) {
      if (!isFault(error, 'InvalidLogin', 'NoPermission', 'InvalidLocale')) throw error;
      throw new CollectorFailure(
        'login-refused',
        `The vCenter refused the login of ${user}: ${error.fault}.`,
        {
          needsPerson: true,
        },
      );
    }
  }

  async logout(signal: AbortSignal): Promise<void> {
    await this.#transport.call({ method: 'Logout', on: this.content.sessions, signal });
  }

  /** Milliseconds since the epoch by the vCenter's clock. */
  async currentTime(): Promise<number> {
    const answer = await this.#call('CurrentTime', SERVICE);
    const time = Date.parse(answer.textOf('returnval') ?? '');
    if (Number.isNaN(time)) throw new CollectorFailure('answer-not-understood', 'The vCenter tells no time.');
    return time;
  }

  /** A view of everything of these types below the root. */
  async createContainerView(types: readonly string[]): Promise<Reference> {
    const answer = await this.#call('CreateContainerView', this.content.views, {
      with:
        reference('container', this.content.root) +
        types.map((type) => element('type', type)).join('') +
        element('recursive', true),
    });
    return made(answer);
  }

  /** @param view whose objects are looked at, beside the root folder itself */
  async createFilter(view: Reference, sets: readonly PropertySet[]): Promise<Reference> {
    const answer = await this.#call('CreateFilter', this.content.properties, {
      with: `<spec>${propertySets(sets)}${objectsOf(view)}${objectSet(this.content.root)}</spec>${element('partialUpdates', false)}`,
    });
    return made(answer);
  }

  async destroyPropertyFilter(filter: Reference): Promise<void> {
    await this.#call('DestroyPropertyFilter', filter);
  }

  async destroyView(view: Reference): Promise<void> {
    await this.#call('DestroyView', view);
  }

  async cancelWaitForUpdates(): Promise<void> {
    await this.#call('CancelWaitForUpdates', this.content.properties);
  }

  /** @param version of the answer before; empty: everything that the filters see, from the start */
  async waitForUpdates(version: string, seconds: number, most: number, take: Take): Promise<Updates> {
    const { response, heardAt } = await this.#answer('WaitForUpdatesEx', this.content.properties, {
      with: `${element('version', version)}<options>${element('maxWaitSeconds', seconds)}${element('maxObjectUpdates', most)}</options>`,
      each: { name: 'objectSet', take: (object) => take(changed(object)) },
      patience: seconds * 1000,
    });
    const set = response.child('returnval');
    return {
      version: set?.textOf('version'),
      truncated: set?.textOf('truncated') === 'true',
      heardAt,
    };
  }

  /** Properties of all objects of a view, page by page. */
  async retrieveOfView(
    view: Reference,
    sets: readonly PropertySet[],
    most: number,
    take: Take,
  ): Promise<void> {
    await this.#retrieve(`<specSet>${propertySets(sets)}${objectsOf(view)}</specSet>`, most, take);
  }

  /** Properties of these objects; of one that is gone nothing is told. */
  async retrieveOf(objects: readonly Reference[], sets: readonly PropertySet[], take: Take): Promise<void> {
    if (objects.length === 0) return;
    const all = objects.map((object) => objectSet(object)).join('');
    const spec = `<specSet>${propertySets(sets)}${all}${element('reportMissingObjectsInResults', true)}</specSet>`;
    await this.#retrieve(spec, 0, take);
  }

  async #retrieve(specSet: string, most: number, take: Take): Promise<void> {
    const each = { name: 'objects', take: (object: XmlElement) => take(retrieved(object)) };
    const options = `<options>${most > 0 ? element('maxObjects', most) : ''}</options>`;
    const first = await this.#call('RetrievePropertiesEx', this.content.properties, {
      with: specSet + options,
      each,
    });
    let token = first.textOf('returnval', 'token');
    while (token !== undefined) {
      const next: XmlElement = await this.#call('ContinueRetrievePropertiesEx', this.content.properties, {
        with: element('token', token),
        each,
      });
      token = next.textOf('returnval', 'token');
    }
  }

  async createCollectorForEvents({ since, types = [] }: EventFilter): Promise<Reference> {
    const time =
      since === undefined ? '' : `<time>${element('beginTime', new Date(since * 1000).toISOString())}</time>`;
    const answer = await this.#call('CreateCollectorForEvents', this.content.events, {
      with: `<filter>${time}${element('disableFullMessage', true)}${types.map((type) => element('eventTypeId', type)).join('')}</filter>`,
    });
    return made(answer);
  }

  /** @returns how many were read; 0 at the end of what there is now */
  async readNextEvents(
    collector: Reference,
    most: number,
    take: (event: XmlElement) => void,
  ): Promise<number> {
    let count = 0;
    await this.#call('ReadNextEvents', collector, {
      with: element('maxCount', most),
      each: {
        name: 'returnval',
        take: (event) => {
          count += 1;
          take(event);
        },
      },
    });
    return count;
  }

  async destroyCollector(collector: Reference): Promise<void> {
    await this.#call('DestroyCollector', collector);
  }

  /** Where the vCenter keeps which licence is given to what; undefined where it keeps none. */
  async licenseAssignmentManager(): Promise<Reference | undefined> {
    const { licenses } = this.content;
    if (licenses === undefined) return undefined;
    let manager: Reference | undefined;
    const sets = [{ type: licenses.type, paths: ['licenseAssignmentManager'] }];
    await this.retrieveOf([licenses], sets, ({ values }) => {
      const value = values[0]?.value;
      if (value) manager = { type: value.ref || 'LicenseAssignmentManager', value: value.text };
    });
    return manager;
  }

  async queryAssignedLicenses(manager: Reference, take: (assignment: XmlElement) => void): Promise<void> {
    await this.#call('QueryAssignedLicenses', manager, { each: { name: 'returnval', take } });
  }

  /** @returns which of these rights the session lacks at the root; undefined when the vCenter does not say */
  async rightsLacking(rights: readonly string[]): Promise<readonly string[] | undefined> {
    const manager = this.content.rights;
    if (manager === undefined || this.#key === '') return undefined;
    try {
      const answer = await this.#call('HasPrivilegeOnEntities', manager, {
        with:
          reference('entity', this.content.root) +
          element('sessionId', this.#key) +
          rights.map((right) => element('privId', right)).join(''),
      });
      const told = answer.child('returnval')?.all('privAvailability');
      if (told === undefined || told.length === 0) return undefined;
      return told
        .filter((one) => one.textOf('isGranted') !== 'true')
        .map((one) => one.textOf('privId') ?? '');
    } catch (error) {
      if (isFault(error, 'NotAuthenticated') || !isFault(error)) throw error;
      return undefined;
    }
  }

  async #call(method: string, on: Reference, call: Omit<Call, 'method' | 'on'> = {}): Promise<XmlElement> {
    return (await this.#answer(method, on, call)).response;
  }

  async #answer(method: string, on: Reference, call: Omit<Call, 'method' | 'on'>) {
    return await this.#transport.call({
      method,
      on,
      ...call,
      ...(this.#signal && { signal: this.#signal }),
    });
  }
}

function contentOf(content: XmlElement | undefined): ServiceContent {
  const about = content?.child('about');
  const object = (name: string): Reference | undefined => {
    const found = content?.child(name);
    return found && { type: found.ref, value: found.text };
  };
  const root = object('rootFolder');
  const sessions = object('sessionManager');
  const properties = object('propertyCollector');
  const views = object('viewManager');
  const events = object('eventManager');
  const instance = about?.textOf('instanceUuid')?.toLowerCase();
  if (about?.textOf('apiType') !== 'VirtualCenter' || !instance)
    throw new CollectorFailure(
      'another-product',
      `This is no vCenter but ${about?.textOf('fullName')?.slice(0, 100) ?? 'something unknown'}.`,
      { needsPerson: true },
    );
  if (!root || !sessions || !properties || !views || !events)
    throw new CollectorFailure('answer-not-understood', 'The vCenter does not say where its inventory is.');
  return {
    instance,
    version: plainVersion(about.textOf('version') ?? ''),
    root,
    sessions,
    properties,
    views,
    events,
    licenses: object('licenseManager'),
    rights: object('authorizationManager'),
  };
}

function made(answer: XmlElement): Reference {
  const found = answer.child('returnval');
  if (found === undefined)
    throw new CollectorFailure('answer-not-understood', 'The vCenter does not say what it has made.');
  return { type: found.ref, value: found.text };
}

function propertySets(sets: readonly PropertySet[]): string {
  return sets
    .map(
      ({ type, paths }) =>
        `<propSet>${element('type', type)}${element('all', false)}${paths.map((path) => element('pathSet', path)).join('')}</propSet>`,
    )
    .join('');
}

function objectSet(object: Reference): string {
  return `<objectSet>${reference('obj', object)}${element('skip', false)}</objectSet>`;
}

function objectsOf(view: Reference): string {
  return (
    `<objectSet>${reference('obj', view)}${element('skip', true)}<selectSet xsi:type="TraversalSpec">` +
    `${element('type', view.type)}${element('path', 'view')}${element('skip', false)}</selectSet></objectSet>`
  );
}

function changed(object: XmlElement): ObjectProperties {
  const obj = object.child('obj');
  const kind = object.textOf('kind');
  return {
    id: obj?.text ?? '',
    type: obj?.ref ?? '',
    kind: kind === 'enter' || kind === 'leave' ? kind : 'modify',
    values: object.all('changeSet').map((change) => {
      const op = change.textOf('op');
      return {
        path: change.textOf('name') ?? '',
        value: op === 'remove' || op === 'indirectRemove' ? undefined : change.child('val'),
      };
    }),
  };
}

function retrieved(object: XmlElement): ObjectProperties {
  const obj = object.child('obj');
  return {
    id: obj?.text ?? '',
    type: obj?.ref ?? '',
    kind: 'enter',
    values: object
      .all('propSet')
      .map((property) => ({ path: property.textOf('name') ?? '', value: property.child('val') })),
  };
}
