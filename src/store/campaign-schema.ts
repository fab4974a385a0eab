export interface CampaignTable {
  name: string;
  template: string;
  /** Of the template as it was when the campaign began. */
  template_hash: string;
  started_by: string;
  started_at: number;
}

/** Kept when the outbox row is dropped: whoever was written to is not written to again. */
export interface CampaignRecipientTable {
  campaign: string;
  address: string;
  outbox_id: number;
  at: number;
}

/** Who wants no campaign mail. */
export interface OptOutTable {
  address: string;
  added_by: string;
  at: number;
}
