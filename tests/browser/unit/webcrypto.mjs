// Node 18 keeps the crypto that browsers have behind an import.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
