import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerError, readAnswer } from './read-answer.ts';
import type { XmlElement } from './xml-element.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const ANSWER =
  '<?xml version="1.0"?><e:Envelope xmlns:e="urn:e" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:other="urn:o">' +
  '<e:Body><one i:type="xsd:Kind" other:type="no" type="VirtualMachine">Zürich 🚀 &amp; &#65;<![CDATA[ <raw>]]></one><one>2</one><rest>x</rest></e:Body></e:Envelope>';

test('an answer cut anywhere, also within a character, is read the same', async () => {
  for (const size of [1, 2, 3, 7, 10_000]) {
    const taken: XmlElement[] = [];
    const root = await readAnswer(inPieces(ANSWER, size), {
      name: 'one',
      take: (one) => void taken.push(one),
    });
    assert.deepEqual(
      taken.map(({ text, type, ref }) => ({ text, type, ref })),
      [
        { text: 'Zürich 🚀 & A <raw>', type: 'Kind', ref: 'VirtualMachine' },
        { text: '2', type: '', ref: '' },
      ],
    );
    assert.deepEqual(
      root.child('Body')?.children?.map(({ name }) => name),
      ['rest'],
    );
  }
});

test('half an answer, what is not XML or not UTF-8, and what never ends are refused', async () => {
  await assert.rejects(readAnswer(inPieces(ANSWER.slice(0, -30), 64)), AnswerError);
  await assert.rejects(readAnswer(inPieces('', 64)), AnswerError);
  await assert.rejects(readAnswer(inPieces('<html><br></html>', 64)), AnswerError);
  async function* notUtf8() {
    yield Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0xfe]);
  }
  await assert.rejects(readAnswer(notUtf8()), /not UTF-8/);
  await assert.rejects(readAnswer(inPieces('<a>'.repeat(300), 64)), /nests deeper/);
  async function* endless() {
    yield Buffer.from('<a>');
    for (;;) yield Buffer.from('x'.repeat(65_536));
  }
  await assert.rejects(readAnswer(endless()), /holds more at once/);
});

test('an entity that a document defines for itself is not followed', async () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "boom">]><a>&b;</a>';
  await assert.rejects(readAnswer(inPieces(bomb, 64)), AnswerError);
});
