import type { XmlElement } from './xml-element.ts';

/** What a vCenter refuses, by its own name for it: `NotAuthenticated`, `InvalidLogin`, `NoPermission`, `InvalidCollectorVersion`. */
export class VimFault extends Error {
  /** The fault's type; `Fault` where the vCenter does not say. */
  readonly fault: string;
  readonly method: string;
  /** For `NoPermission`: the right that is lacking, such as `Global.Licenses`. */
  readonly privilege: string | undefined;

  /** Nothing of the fault's own text: it may quote what was asked, a password or a session too. */
  constructor(method: string, fault: string, privilege: string | undefined) {
    super(`The vCenter refused ${method}: ${fault}`);
    this.name = 'VimFault';
    this.method = method;
    this.fault = fault;
    this.privilege = privilege;
  }
}

/** Names end up in messages, so nothing else may pass for one. */
const NAME = /^[A-Za-z]\w{0,99}$/;

/** The fault in an answer's body; undefined when it is an answer. */
export function faultIn(body: XmlElement, method: string): VimFault | undefined {
  const fault = body.child('Fault');
  if (fault === undefined) return undefined;
  const detail = fault.child('detail')?.children?.[0];
  const told = detail?.type || detail?.name.replace(/Fault$/, '') || '';
  const name = NAME.test(told) ? told : 'Fault';
  return new VimFault(method, name, detail?.textOf('privilegeId')?.slice(0, 100));
}

export function isFault(error: unknown, ...names: readonly string[]): error is VimFault {
  return error instanceof VimFault && (names.length === 0 || names.includes(error.fault));
}
