import { authorize } from '../../http/session.ts';
import { statusLine } from '../call.ts';
import type { Journey } from '../journey.ts';

const PATH = '/csp/gateway/am/api/auth/api-tokens/authorize';

/** Exchanges the API token. The commands leave the address and the access token in variables for those that follow. */
export async function exchangeToken({ narrator, place, service }: Omit<Journey, 'client'>): Promise<void> {
  narrator.step('Exchange the API token', 'A long-lived token gives an access token of 30 minutes.');
  narrator.command(`SERVER=${service.url}`);
  narrator.command(`curl -s "$SERVER${PATH}"`, `-d refresh_token=${place.token}`);
  narrator.answer(statusLine(200), await authorize(service.url, place.token));
  narrator.say('The commands below have it in a variable:');
  narrator.command(
    `ACCESS=$(curl -s "$SERVER${PATH}"`,
    `-d refresh_token=${place.token} | sed -E 's/.*"access_token":"([^"]+)".*/\\1/')`,
  );
}
