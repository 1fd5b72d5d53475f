import { stripVTControlCharacters } from 'node:util';

/** Text of others, safe to show: no escape sequence moves the cursor, no control character starts a line. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
