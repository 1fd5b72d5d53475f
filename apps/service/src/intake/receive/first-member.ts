import { LIMITS } from '@meterhouse/contract';
import { type Fault, FaultLog, type FirstMember, firstMember } from '@meterhouse/metering';

/** Looks for the end of member 1 while bytes come in. */
export interface HeaderSearch {
  /** The member as soon as it is whole; undefined while it is not. @throws FaultyHeader when it never will be */
  push(piece: Buffer): FirstMember | undefined;
  /** No more will come. */
  end(): FirstMember;
  /** All bytes so far. */
  readonly seen: Buffer;
}

export class FaultyHeader extends Error {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super('member 1 cannot be read');
    this.faults = faults;
  }
}

/** Each look unpacks from the beginning, so it looks again only when twice as much is there. */
export function searchHeader(): HeaderSearch {
  let seen: Buffer = Buffer.alloc(0);
  let next = 0;
  const look = (last: boolean): FirstMember | undefined => {
    const log = new FaultLog();
    const member = firstMember(seen, log);
    if (member) return member;
    const hopeless = seen.length >= 4 && (seen.readUIntBE(0, 3) !== 0x1f8b08 || seen[3] !== 0);
    const large = log.list.some(({ code }) => code === 'too-large');
    if (last || hopeless || large || seen.length > LIMITS.headerCompressedBytes)
      throw new FaultyHeader(log.list);
    return undefined;
  };
  return {
    get seen() {
      return seen;
    },
    push(piece) {
      seen = seen.length === 0 ? piece : Buffer.concat([seen, piece]);
      if (seen.length < next && seen.length <= LIMITS.headerCompressedBytes) return undefined;
      next = seen.length * 2;
      return look(false);
    },
    end: () => look(true) as FirstMember,
  };
}
