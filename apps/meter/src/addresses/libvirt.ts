/**
 * Which connection URIs are taken. A URI decides which program is started and whom a connection trusts, and it may come from
 * whoever is allowed to add a product, so what would start a program of his choice or switch the checks off is refused.
 */

/** Parameters of a URI that do more than say where to connect to, and what is to be done instead. */
const REFUSED_PARAMETERS: Readonly<Record<string, string>> = Object.freeze({
  command: 'it names a program that would be started here',
  netcat: 'it names a program that would be started on the host',
  no_verify: 'it switches the check of the host off: trust its authority instead',
  known_hosts_verify: 'it switches the check of the host off: add the host to known_hosts instead',
});
const LONGEST = 2000;

/** What is wrong with a connection URI, each fault in words; none when it can be used. */
export function libvirtAddressFaults(address: string): readonly string[] {
  if (address === '' || address.length > LONGEST)
    return [`must be a connection URI of 1 to ${LONGEST} characters`];
  if (address.startsWith('-')) return ['begins with "-", which virsh would read as an option'];
  if (/[^\u0021-\u007e]/.test(address))
    return ['holds spaces, control characters or letters that a URI must write as %XX'];
  const scheme = /^[a-z][a-z0-9]*(?:\+(?<transport>[a-z0-9]+))?:\/\//.exec(address);
  if (scheme === null) return ['is no connection URI such as qemu:///system or qemu+ssh://meter@host/system'];
  return [
    ...transportFaults(scheme.groups?.transport),
    ...authorityFaults(address),
    ...parameterFaults(address),
  ];
}

function transportFaults(transport: string | undefined): string[] {
  if (transport === 'ext')
    return ['has the transport "ext", which starts a program of its own: use ssh, tls or unix'];
  if (transport === 'tcp')
    return ['has the transport "tcp", which anybody on the way can read and change: use ssh or tls'];
  return [];
}

function authorityFaults(address: string): string[] {
  const authority = decoded(/^[^:]+:\/\/(?<authority>[^/?#]*)/.exec(address)?.groups?.authority ?? '');
  if (authority === undefined) return ['holds a % that is not followed by two hexadecimal digits'];
  const faults = [];
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  if (user.includes(':')) faults.push('holds a password: libvirt reads passwords from its auth.conf');
  if (user.startsWith('-') || authority.slice(at + 1).startsWith('-'))
    faults.push('has a user or a host that begins with "-", which ssh would read as an option');
  return faults;
}

function parameterFaults(address: string): string[] {
  const query = address.includes('?') ? address.slice(address.indexOf('?') + 1).replace(/#.*$/, '') : '';
  return query.split(/[&;]/).flatMap((part) => {
    const name = decoded(part.split('=')[0] ?? '')?.toLowerCase();
    const why = name === undefined ? undefined : REFUSED_PARAMETERS[name];
    return why === undefined ? [] : [`has the parameter "${name}": ${why}`];
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
