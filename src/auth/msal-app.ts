import type {
  ConfidentialClientApplication,
  Configuration,
  ICachePlugin,
  INetworkModule,
  NodeAuthOptions,
  PublicClientApplication,
} from '@azure/msal-node';
import { IntegratorError } from '../domain/errors.ts';
import { readCertificate } from './certificate.ts';
import { authorityHost, authorityUrl } from './cloud.ts';
import { msalLibrary } from './libraries.ts';
import type { AuthSettings, ClientProof } from './settings.ts';

export interface MsalParts {
  readonly settings: AuthSettings;
  readonly network: INetworkModule;
  /** Absent during a sign-in: nothing is stored before it was checked. */
  readonly plugin?: ICachePlugin | undefined;
}

/** An app that proves itself by secret or certificate. */
export function confidentialApp(parts: MsalParts, proof: ClientProof): ConfidentialClientApplication {
  const { ConfidentialClientApplication: App } = msalLibrary();
  return new App(configuration(parts, proofOptions(proof, parts.settings)));
}

/** An app without a secret: what device code needs, and what is refreshed without one. */
export function publicApp(parts: MsalParts): PublicClientApplication {
  const { PublicClientApplication: App } = msalLibrary();
  return new App(configuration(parts, {}));
}

function configuration({ settings, network, plugin }: MsalParts, proof: Partial<NodeAuthOptions>): Configuration {
  return {
    auth: {
      clientId: settings.clientId,
      authority: authorityUrl(settings),
      // With the port, or MSAL asks login.microsoftonline.com whether the host is genuine.
      knownAuthorities: settings.authority === undefined ? [] : [new URL(authorityHost(settings)).host],
      ...proof,
    },
    cache: plugin === undefined ? {} : { cachePlugin: plugin },
    // No second try inside the library: the failure gate decides when the next one is due.
    system: { networkClient: network, disableInternalRetries: true, loggerOptions: { piiLoggingEnabled: false } },
  };
}

function proofOptions(proof: ClientProof, settings: AuthSettings): Partial<NodeAuthOptions> {
  switch (proof.kind) {
    case 'secret':
      return { clientSecret: proof.secret };
    case 'certificate': {
      const { thumbprintSha256, privateKey } = readCertificate(proof.pem, settings.proofSource);
      return { clientCertificate: { thumbprintSha256, privateKey } };
    }
    case 'none':
      throw noProof(settings);
  }
}

function noProof(settings: AuthSettings): IntegratorError {
  return new IntegratorError('config', `connection ${settings.connection} has neither client_secret nor certificate`, {
    hint: `Give one of them under connection ${settings.connection} in the configuration.`,
  });
}
