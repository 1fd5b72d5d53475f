import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:8390';

/** The address of a service as this program writes it everywhere. @throws Failure when it is no http(s) address */
export function serverAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new Failure(`"${withoutSecrets(text)}" is no address of a service.`, EXIT.usage, {
      advice: `Write --server ${DEFAULT_SERVER}, or set METERHOUSE_SERVER; no user name or password in it.`,
    });
  }
  return url.href;
}

/** An address may hold a password before its `@`. */
function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@');
}
