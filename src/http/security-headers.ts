import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What the pages may load: our own files and nothing else; no script or style inside a page. */
const STRICT = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  workerSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** Bull Board's page has a `<base>`, styles inside it and asks for web fonts, which it does without when refused. */
const QUEUES_PAGE = { ...STRICT, styleSrc: ["'self'", "'unsafe-inline'"], baseUri: ["'self'"] };

/** Security headers for every answer, by where it stands. */
export function securityHeaders(publicUrl: string): RequestHandler {
  const https = publicUrl.startsWith('https:');
  const headersWith = (directives: Record<string, string[]>) =>
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        // Over plain http (a demo on one machine) an upgrade would lead nowhere.
        directives: https ? { ...directives, upgradeInsecureRequests: [] } : directives,
      },
      strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
      xFrameOptions: { action: 'deny' },
      referrerPolicy: { policy: 'same-origin' },
      crossOriginEmbedderPolicy: false,
    });
  const strict = headersWith(STRICT);
  const queues = headersWith(QUEUES_PAGE);
  return (request, response, next) => {
    if (/^\/ops\/queues(\/|$)/.test(request.path)) return queues(request, response, next);
    strict(request, response, next);
  };
}
