/** `docs/meter/settings.md`, made of the shape of the file; a test keeps it as this. */
import {
  ApiShape,
  CustomerRuleShape,
  type Described,
  LicenseShape,
  MeterFile,
  PrivacyShape,
  ProductShape,
  propertiesOf,
  SpoolShape,
  UploadShape,
} from './file-shape.ts';
import { OUTER_SETTINGS } from './sources.ts';

type Shape = Parameters<typeof propertiesOf>[0];

const OPENING = `# The meter's settings

\`meter.yaml\` in the meter's directory says what is metered and where it is sent. \`meterhouse meter init\` writes it with every
setting in it, told and commented out where its default holds. It is read whole and checked whole: every fault is named at once
with its line, a name that is not known is a fault, and a running meter keeps the settings it has until the new ones have none.

\`\`\`yaml
service: https://meterhouse.example
products:
  - name: vc1
    address: vc1.example
    user: meter@vsphere.local
customers:
  - {name: Acme, productId: vc1, targetType: Folder, targetId: /DC0/vm/Acme}
spool:
  limit: 20GiB
\`\`\`

Times are written \`30s\`, \`10m\`, \`2h\`, \`40d\`; sizes \`512MiB\`, \`10GB\` (powers of ten), \`10 GiB\` (powers of two); parts \`80%\` or
\`0.8\`. A plain number is seconds or bytes. Paths of files start from the folder of \`meter.yaml\`.

A running meter reads the file again on SIGHUP (\`systemctl reload meterhouse-meter\`) and after a change through its
[API](api.md). Such a change keeps comments and order of the file, is refused when it would leave a fault, and is not made when
somebody saved the file in the same moment.
`;

const FROM_OUTSIDE = `## Without a file

For machines that nobody sits at. One rule: the place of a setting in \`meter.yaml\`, in capitals with \`_\` and behind
\`METERHOUSE_METER_\`; as a flag in small letters with \`-\`. A flag wins over the environment, the environment over the file, and
the file need not be there.

- \`spool.limit\` is \`METERHOUSE_METER_SPOOL_LIMIT\` and \`--spool-limit\`.
- A list is given whole, as YAML: \`METERHOUSE_METER_PRODUCTS='[{name: vc1, address: vc1.example, user: meter}]'\`.
- One product can be given field by field: \`METERHOUSE_METER_PRODUCT_ADDRESS\`, \`METERHOUSE_METER_PRODUCT_USER\` and so on. Its
  name is \`product\` unless \`METERHOUSE_METER_PRODUCT_NAME\` says another; where the file has a product of that name, what is given
  takes the place of its fields, else it is one more.
- A variable that is misspelt within \`PRODUCT_\`, \`PRIVACY_\`, \`SPOOL_\`, \`UPLOAD_\` or \`API_\` is a fault. An empty one counts as none.

A change through the API is written to the file; what the environment or a flag says of the same setting still wins.

`;

const SECRETS = `## Passwords

They are never in \`meter.yaml\`. \`meterhouse meter products password NAME\` asks for one and keeps it sealed (AES-256-GCM) in
\`secrets.json\`, readable by the meter's user only. It belongs to the product's name, type, address, port and user: when one of
them becomes another, the password is not tried there, and the product waits until somebody gives it again. That way nobody
learns a password by pointing the meter at a machine of his own.

Without a person, for the product \`vc-1\`, first one wins; none of these is kept:

| | |
|---|---|
| \`METERHOUSE_METER_PASSWORD_VC_1\` | the password itself |
| \`METERHOUSE_METER_PASSWORD_FILE_VC_1\` | a file that holds it; a line feed at its end is not part of it |
| \`LoadCredential=password-vc-1:…\` in the systemd unit | the same, from systemd |

These belong to the product's name alone: whoever may change products in \`meter.yaml\` decides where they are sent. The API takes no
other address for such a product, and adds none of its name. A password that is given by the command is bound to the address.

**The key that seals them** is one line, 32 random bytes in base64url. First one wins:

| | protects against |
|---|---|
| file named by \`METERHOUSE_METER_KEY_FILE\` | whoever gets the meter's directory and not that file |
| \`LoadCredentialEncrypted=meter-key:…\` in the systemd unit | whoever gets the disk and not the machine's TPM or host key |
| \`meter.key\` beside the configuration, made by init | **only** copies and backups that leave \`meter.key\` out. Whoever reads the meter's directory has both |

\`\`\`sh
openssl rand -base64 32 | tr '+/' '-_' | tr -d = > /etc/credstore/meter-key
\`\`\`

**The user of the [API](api.md)** and his password are kept in the same file, the password as a scrypt hash. Without a person:
\`METERHOUSE_METER_API_PASSWORD\`, the file that \`METERHOUSE_METER_API_PASSWORD_FILE\` names, or the credential \`api-password\`; the
user is \`admin\`, or what \`METERHOUSE_METER_API_USER\` says.

A lost key is no catastrophe: remove \`secrets.json\` and give the passwords again.

A command that prints a password is not supported: it would run with the meter's rights whatever the file says. Have whatever
fetches the password write it to the file that \`METERHOUSE_METER_PASSWORD_FILE_…\` names.
`;

/** The page. */
export function settingsDocument(): string {
  const top = Object.entries(propertiesOf(MeterFile)).filter(
    ([, { type }]) => type !== 'object' && type !== 'array',
  );
  return [
    OPENING,
    section('The service', '', Object.fromEntries(top)),
    list('products', 'Products', ProductShape),
    list('licenses', 'Licences', LicenseShape),
    list('customers', 'Customers', CustomerRuleShape),
    sectionOf(
      'privacy',
      'Privacy',
      PrivacyShape,
      'What is hidden, how and since when: [privacy.md](privacy.md).',
    ),
    sectionOf('spool', 'Disk', SpoolShape, ''),
    sectionOf('upload', 'Uploads', UploadShape, ''),
    sectionOf('api', "The meter's own API", ApiShape, 'What it answers: [api.md](api.md).'),
    FROM_OUTSIDE + outerTable(),
    SECRETS,
  ].join('\n');
}

function sectionOf(name: string, title: string, shape: Shape, intro: string): string {
  return section(`${title}: \`${name}\``, intro, propertiesOf(shape));
}

function list(name: string, title: string, shape: Shape): string {
  const { description = '' } = propertiesOf(MeterFile)[name] as Described;
  const linked = description.replace(/docs\/meter\/([a-z]+\.md)/g, '[$1]($1)');
  return section(`${title}: \`${name}\``, `A list. ${linked}`, propertiesOf(shape));
}

function section(title: string, intro: string, properties: Readonly<Record<string, Described>>): string {
  const rows = Object.entries(properties).map(([name, described]) => [
    `\`${name}\``,
    valueTold(described),
    described.default === undefined ? '' : `\`${described.default}\``,
    told(described),
  ]);
  return `## ${title}\n\n${intro === '' ? '' : `${intro}\n\n`}${table([['setting', 'value', 'default', ''], ...rows])}`;
}

function valueTold({ enum: choices, quantity, type, examples }: Described): string {
  if (choices !== undefined) return choices.map((each) => `\`${each}\``).join(', ');
  if (quantity !== undefined) return { time: 'time', size: 'size', part: 'part' }[quantity.kind];
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'integer') return 'whole number';
  return examples?.[0] === undefined ? 'text' : `text such as \`${examples[0]}\``;
}

const told = ({ description = '' }: Described) =>
  description.replace(/docs\/meter\/([a-z]+\.md)/g, '[$1]($1)');

function outerTable(): string {
  const rows = OUTER_SETTINGS.map(({ path, variable, flag }) => [
    `\`${path.join('.')}\``,
    `\`${variable}\``,
    `\`--${flag}\``,
  ]);
  return table([['setting', 'variable', 'flag'], ...rows]);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')}\n`;
}
