import { dana, elena, juergen, keiko, kwame, marta, sabine, tom } from './people.ts';

/** Rows for `ticket import` and `client import`: keys are the column names, all values are text. */
export interface SampleTicket {
  readonly reference: string;
  readonly use: 'opportunity' | 'project' | 'incident';
  readonly type: string;
  readonly summary: string;
  readonly status: 'open' | 'closed';
  readonly client: string;
  readonly contacts: string;
  readonly opening_subject: string;
  readonly details: string;
}

export interface SampleClient {
  readonly name: string;
  readonly domains: string;
  readonly contacts: string;
}

/** The ticket types the sample tickets use, as `ticket_types` in the configuration. */
export const sampleTicketTypes = [
  { name: 'Opportunity', use: 'opportunity' },
  { name: 'Renewal', use: 'opportunity', exclude_from_matching: true },
  { name: 'Implementation', use: 'project' },
  { name: 'Security Incident', use: 'incident' },
] as const;

/** Business units of the sample organisation, as `business_units` in the configuration. */
export const sampleBusinessUnits = [
  {
    name: 'Finance',
    recipients: ['finance-leads@contoso.test'],
    members: ['cfo@contoso.test'],
    domains: ['finance.contoso.test'],
  },
  { name: 'Plant Operations', recipients: ['plant-ops@contoso.test'], members: [], domains: [] },
] as const;

const named = ({ name, address }: { name: string; address: string }): string => `${name} <${address}>`;

export const sampleClients: readonly SampleClient[] = [
  { name: 'Acme Robotics', domains: 'acme.example', contacts: `${named(dana)};${named(tom)}` },
  {
    name: 'Nordwind Logistik GmbH',
    domains: 'nordwind-logistik.example',
    contacts: `${named(juergen)};${named(sabine)}`,
  },
  { name: '星野精密', domains: 'hoshino-seimitsu.example', contacts: named(keiko) },
  { name: 'Marta Lind Photography', domains: '', contacts: named(marta) },
  { name: 'Osei Consulting', domains: 'osei-consulting.example', contacts: named(kwame) },
  { name: 'Brightwater Foods', domains: 'brightwater.example', contacts: named(elena) },
];

const ticket = (row: Partial<SampleTicket> & Pick<SampleTicket, 'reference' | 'summary' | 'client'>): SampleTicket => ({
  use: 'opportunity',
  type: 'Opportunity',
  status: 'open',
  contacts: '',
  opening_subject: '',
  details: '',
  ...row,
});

export const sampleTickets: readonly SampleTicket[] = [
  ticket({
    reference: 'ACME-26-01',
    summary: 'Conveyor sensors for the Dayton line',
    client: 'Acme Robotics',
    contacts: `${dana.address};${tom.address}`,
    opening_subject: 'Quote for conveyor sensors',
    details: '120 sensors, delivery before the summer stop.',
  }),
  ticket({
    reference: 'ACME-26-02',
    type: 'Renewal',
    summary: 'Support contract 2027',
    client: 'Acme Robotics',
    contacts: dana.address,
  }),
  ticket({
    reference: 'NWL-17',
    summary: 'Lagerautomatisierung Hamburg',
    client: 'Nordwind Logistik GmbH',
    contacts: `${juergen.address};${sabine.address}`,
  }),
  ticket({ reference: 'HSH-3', summary: 'センサー見積依頼', client: '星野精密', contacts: keiko.address }),
  ticket({
    reference: 'MLP-1',
    summary: 'Studio lighting package',
    client: 'Marta Lind Photography',
    contacts: marta.address,
  }),
  // The consultant has two tickets of this name: his mail fits either.
  ticket({ reference: 'OSEI-A', summary: 'Network audit', client: 'Osei Consulting', contacts: kwame.address }),
  ticket({
    reference: 'OSEI-B',
    summary: 'Network audit',
    client: 'Osei Consulting',
    contacts: kwame.address,
    details: 'The second site, which he audits in autumn.',
  }),
  ticket({
    reference: 'BWF-9',
    status: 'closed',
    summary: 'Cold storage monitoring',
    client: 'Brightwater Foods',
    contacts: elena.address,
  }),
  ticket({
    reference: 'BWF-10',
    summary: 'Cold storage for the new warehouse',
    client: 'Brightwater Foods',
    contacts: elena.address,
  }),
  ticket({
    reference: 'ACME-P-4',
    use: 'project',
    type: 'Implementation',
    summary: 'Dayton line: roll-out',
    client: 'Acme Robotics',
    contacts: `${dana.address};${tom.address}`,
  }),
  ticket({
    reference: 'NWL-P-2',
    use: 'project',
    type: 'Implementation',
    summary: 'Scanner-Integration Lübeck',
    client: 'Nordwind Logistik GmbH',
    contacts: sabine.address,
  }),
  ticket({
    reference: 'SEC-2026-004',
    use: 'incident',
    type: 'Security Incident',
    summary: 'Suspicious payroll e-mails',
    client: '',
    details: 'Several people in Finance received mail asking for new bank details.',
  }),
];
