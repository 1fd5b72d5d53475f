/** Requests are text that is put together here: every value goes through `element` or `reference`, which escape it. */
export interface Reference {
  readonly type: string;
  readonly value: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to say these at all.
const UNSAYABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

export function escaped(text: string): string {
  return text.replaceAll(UNSAYABLE, '\ufffd').replaceAll(/[&<>"]/g, (character) => ESCAPES[character]!);
}

export function element(name: string, value: string | number | boolean): string {
  return `<${name}>${escaped(String(value))}</${name}>`;
}

export function reference(name: string, { type, value }: Reference): string {
  return `<${name} type="${escaped(type)}">${escaped(value)}</${name}>`;
}

/** A call of a method on an object. @param inner made of `element` and `reference` */
export function envelope(method: string, on: Reference, inner: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>' +
    `<${method} xmlns="urn:vim25">${reference('_this', on)}${inner}</${method}>` +
    '</soapenv:Body></soapenv:Envelope>'
  );
}
