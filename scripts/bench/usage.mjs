/** Tells the parent what this process cost so far: CPU in ms (user and system), peak memory in MB. */
export function reportUsage(extra) {
  const { user, system } = process.cpuUsage();
  process.send({ ...extra, cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 }, () => {
    process.exit(0);
  });
}
