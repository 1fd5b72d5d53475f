/**
 * What a collection costs when nobody reads it: the same requests as the collector sends, and the answers thrown away. Of each answer only
 * its beginning and its end are looked at, for what the next request must name.
 */
import { Agent, request } from 'undici';
import type { Vcenter } from './orders.ts';

const ENDS = 4096;
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

export async function fetchAndDiscard(
  vcenter: Vcenter,
  properties: { readonly watched: string; readonly storage: string; readonly types: readonly string[] },
): Promise<number> {
  const agent = new Agent({ connect: { rejectUnauthorized: false }, headersTimeout: 600_000 });
  let cookie = '';
  let bytes = 0;
  const call = async (body: string): Promise<string> => {
    const answer = await request(`https://${vcenter.address}:${vcenter.port}/sdk`, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', ...(cookie !== '' && { cookie }) },
      body: `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ${XSI}><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`,
    });
    const set = [answer.headers['set-cookie'] ?? []].flat()[0];
    if (set !== undefined) cookie = set.split(';', 1)[0]!;
    let head = '';
    let tail = '';
    for await (const chunk of answer.body) {
      bytes += (chunk as Buffer).length;
      if (head.length < ENDS) head += (chunk as Buffer).toString('latin1', 0, ENDS);
      tail = (
        tail + (chunk as Buffer).toString('latin1', Math.max(0, (chunk as Buffer).length - ENDS))
      ).slice(-ENDS);
    }
    if (answer.statusCode !== 200)
      throw new Error(`The vCenter answered ${answer.statusCode}: ${head.slice(0, 500)}`);
    return head + tail;
  };
  const text = (answer: string, name: string) =>
    new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(answer)?.[1] ?? '';
  const on = (method: string, type: string, value: string, inner = '') =>
    call(`<${method} xmlns="urn:vim25"><_this type="${type}">${value}</_this>${inner}</${method}>`);

  const content = await on('RetrieveServiceContent', 'ServiceInstance', 'ServiceInstance');
  const managers = (name: string) => text(content, name);
  const password = vcenter.password.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  await on(
    'Login',
    'SessionManager',
    managers('sessionManager'),
    `<userName>${vcenter.user}</userName><password>${password}</password>`,
  );
  await on('CurrentTime', 'ServiceInstance', 'ServiceInstance');
  const collector = managers('propertyCollector');
  const root = `<container type="Folder">${managers('rootFolder')}</container>`;
  const types = properties.types.map((type) => `<type>${type}</type>`).join('');
  const view = text(
    await on(
      'CreateContainerView',
      'ViewManager',
      managers('viewManager'),
      `${root}${types}<recursive>true</recursive>`,
    ),
    'returnval',
  );
  const objects = `<objectSet><obj type="ContainerView">${view}</obj><skip>true</skip><selectSet xsi:type="TraversalSpec"><type>ContainerView</type><path>view</path><skip>false</skip></selectSet></objectSet>`;
  await on(
    'CreateFilter',
    'PropertyCollector',
    collector,
    `<spec>${properties.watched}${objects}<objectSet><obj type="Folder">${managers('rootFolder')}</obj><skip>false</skip></objectSet></spec><partialUpdates>false</partialUpdates>`,
  );
  let version = '';
  for (let more = true; more; ) {
    const answer = await on(
      'WaitForUpdatesEx',
      'PropertyCollector',
      collector,
      `<version>${version}</version><options><maxWaitSeconds>0</maxWaitSeconds><maxObjectUpdates>1000</maxObjectUpdates></options>`,
    );
    version = text(answer, 'version');
    more = answer.includes('<truncated>true</truncated>');
  }
  let answer = await on(
    'RetrievePropertiesEx',
    'PropertyCollector',
    collector,
    `<specSet>${properties.storage}${objects}</specSet><options><maxObjects>1000</maxObjects></options>`,
  );
  for (let token = text(answer, 'token'); token !== ''; token = text(answer, 'token'))
    answer = await on(
      'ContinueRetrievePropertiesEx',
      'PropertyCollector',
      collector,
      `<token>${token}</token>`,
    );
  await on('Logout', 'SessionManager', managers('sessionManager'));
  await agent.close();
  return bytes;
}
