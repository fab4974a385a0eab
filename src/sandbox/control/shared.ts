import type { Clock } from '../clock.ts';
import type { AppRegistration, Directory } from '../entra/directory.ts';
import type { FaultControl } from '../faults.ts';
import type { RequestLog } from '../request-log.ts';
import type { Settings } from '../settings.ts';
import type { World } from '../world/world.ts';

/** What the control surface can reach: everything a test in the same process could. */
export interface Controlled {
  readonly world: World;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly app: AppRegistration;
  readonly faults: FaultControl;
  readonly requests: RequestLog;
  readonly origin: () => string;
}
