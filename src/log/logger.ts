import { safeJson } from '../content/safe-json.ts';
import { redactValue } from './redact.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** What the service tells its operator. Messages are fixed sentences; what varies goes into the fields. */
export interface Logger {
  readonly error: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly debug: (message: string, fields?: LogFields) => void;
}

export type LogLevel = keyof Logger;

export interface LoggerOptions {
  /** The least important level that is still written. */
  readonly level: LogLevel;
  readonly stream: NodeJS.WritableStream;
}

/**
 * A logger that writes one JSON document per line: `time` (ISO 8601 UTC), `level`, `message` and the fields. A line holds
 * no secret and no character that a terminal acts upon, whatever the fields hold. winston is loaded here, not before.
 */
export async function createLogger({ level, stream }: LoggerOptions): Promise<Logger> {
  const { default: winston } = await import('winston');
  const logger = winston.createLogger({
    level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    format: winston.format.printf(({ line }) => String(line)),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
    exitOnError: false,
  });
  const write = (at: LogLevel) => (message: string, fields?: LogFields) => {
    if (logger.isLevelEnabled(at)) logger.log({ level: at, message, line: formatLine(at, message, fields) });
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

function formatLine(level: LogLevel, message: string, fields: LogFields = {}): string {
  const {
    time: _time,
    level: _level,
    message: _message,
    ...rest
  } = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactValue(value, key)]));
  return safeJson({ time: new Date().toISOString(), level, message: redactValue(message), ...rest });
}
