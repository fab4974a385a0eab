import { convert } from 'html-to-text';
import type { RenderBody } from '../../tickets/ticket-view.ts';

export const renderBody: RenderBody = ({ body }) => ({
  text: body.kind === 'text' ? body.content : convert(body.content),
  html: null,
});
