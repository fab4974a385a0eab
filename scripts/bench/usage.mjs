/** Tells the parent what this process cost so far: CPU in ms (in all, and in the system), peak memory in MB. */
export function reportUsage(extra) {
  const { user, system } = process.cpuUsage();
  const cost = {
    cpuMs: (user + system) / 1000,
    systemMs: system / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
  process.send({ ...extra, ...cost }, () => {
    process.exit(0);
  });
}
