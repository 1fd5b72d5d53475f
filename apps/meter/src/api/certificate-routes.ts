import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { MeterControl, WaitingCertificate } from './control.ts';
import { missingKeys } from './errors.ts';
import { findProduct, type KnownProduct, knownProducts } from './known-products.ts';
import type { ProductIds } from './product-ids.ts';
import { Id, ProductType, plainText } from './wire.ts';

const Accept = Type.Object({
  certificateId: plainText(1200),
  accepted: Type.Boolean(),
  productType: ProductType,
  productId: Id,
});

/** Certificates that wait for a person. What is accepted is the one that was shown, and no other that came since. */
export function certificateRoutes(app: FastifyInstance, control: MeterControl, ids: ProductIds): void {
  app.get('/api/v1/user_action', async () => {
    const products = new Map((await knownProducts(control, ids)).map((known) => [known.view.name, known]));
    return (await control.certificates()).flatMap((certificate) => {
      const known = products.get(certificate.product);
      return known === undefined ? [] : [toldCertificate(known, certificate)];
    });
  });

  app.put<{ Body: Static<typeof Accept> }>(
    '/api/v1/accept_certificate',
    { schema: { body: Accept } },
    async ({ body }, reply) => {
      const known = await findProduct(control, ids, body.productId, body.productType);
      const waiting = (await control.certificates()).find(
        (certificate) =>
          certificate.product === known.view.name &&
          // By address and port alone, as published, it is whichever waits.
          [certificateId(known, certificate), addressOf(known)].includes(body.certificateId),
      );
      if (waiting === undefined)
        throw missingKeys([
          { key: 'certificateId', why: 'is none that waits; ask /user_action again, as it may have changed' },
        ]);
      await control.decideCertificate(known.view.name, waiting.fingerprint, body.accepted);
      return reply.code(202).send();
    },
  );
}

const addressOf = ({ view }: KnownProduct) => `${view.address}:${view.port}`;
const certificateId = (known: KnownProduct, { fingerprint }: WaitingCertificate) =>
  `${addressOf(known)}#${fingerprint.toLowerCase()}`;

function toldCertificate(known: KnownProduct, certificate: WaitingCertificate) {
  const { subject, issuer, serial, validFrom, validTo, fingerprint } = certificate;
  return {
    code: 'Cert',
    data: {
      productId: known.id,
      productType: known.view.type,
      certificateId: certificateId(known, certificate),
      certData: {
        subjectDN: subject ?? null,
        issuerDN: issuer ?? null,
        sn: serial?.toLowerCase() ?? null,
        notBefore: validFrom ?? null,
        notAfter: validTo ?? null,
        fingerprint_sha256: fingerprint.toUpperCase().match(/../g)!.join(':'),
      },
    },
  };
}
