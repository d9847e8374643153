// What went wrong, in words for the person; the registry's own line only where we have none.
import { text } from './i18n.js';

const KNOWN = new Set(['unreachable', 'passkey', 'no_passkey_here', 'quota_exceeded', 'not_an_approver']);

export const faultText = ({ reason, detail }) =>
  KNOWN.has(reason) ? text(`error_${reason}`) : text('error_refused', { detail: `${reason}: ${detail}` });
