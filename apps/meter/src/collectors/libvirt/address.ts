/** What a connection URI says of the connection. Which ones are taken is told by the room `addresses`. */

/** True when the URI leads to another machine, whose clock nobody can ask for. */
export function isRemote(address: string): boolean {
  return /^[a-z0-9+]+:\/\/[^/?#]/.test(address);
}

/** True for a test driver inside of virsh itself: nobody else can change it, so it has no events worth a second process. */
export function isPrivate(address: string): boolean {
  return address.startsWith('test:///');
}

/** The URI as it is given to virsh: over ssh nobody is asked for a password, since nobody sits there. */
export function addressForVirsh(address: string): string {
  if (!/^[a-z0-9]+\+ssh:\/\//.test(address) || /[?&]no_tty=/.test(address)) return address;
  return `${address}${address.includes('?') ? '&' : '?'}no_tty=1`;
}
