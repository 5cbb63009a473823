import { describe, expect, it } from "vitest";
import { RunClock } from "../../runtime/train/clock.js";

describe("the clock of a run", () => {
  it("adds a sitting to what earlier sittings spent", () => {
    const clock = new RunClock();
    clock.restore({ seconds: 100, cpuSeconds: 70 });
    const { seconds, cpuSeconds } = clock.spent();
    expect(seconds).toBeGreaterThanOrEqual(100);
    expect(seconds).toBeLessThan(160);
    expect(cpuSeconds).toBeGreaterThanOrEqual(70);
    expect(cpuSeconds).toBeLessThan(130);
  });

  it("counts the processor from now where the record of an earlier version has none", () => {
    const clock = new RunClock();
    clock.restore({ seconds: 12 });
    expect(clock.spent().cpuSeconds).toBeLessThan(60);
    expect(clock.spent().seconds).toBeGreaterThanOrEqual(12);
  });
});
