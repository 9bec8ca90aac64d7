import { execFile } from "node:child_process";
import { readFileSync, statfsSync } from "node:fs";
import { cpus, freemem, totalmem } from "node:os";
import { promisify } from "node:util";
import { setOwn } from "../../own.js";

/** One look at the machine, by MLflow's names of system metrics (without `system/`). */
export interface SystemSample {
  /** ms since the epoch. */
  timestamp: number;
  values: Record<string, number>;
}

const megabyte = 1_000_000;

/**
 * Takes samples of the machine that this process runs on: CPU, memory, the disk of the working directory, the network where
 * Linux tells, and NVIDIA GPUs where `nvidia-smi` is. Utilization is that since the sample before.
 */
export class SystemSampler {
  #cpu: CpuTimes;
  readonly #network = networkBytes();
  #hasGpu = true;

  /** @param cpu - what the first sample's utilization is since */
  constructor(cpu = cpuTimes()) {
    this.#cpu = cpu;
  }

  async sample(): Promise<SystemSample> {
    const timestamp = Date.now();
    return {
      timestamp,
      values: { ...this.#processor(), ...memory(), ...disk(), ...this.#traffic(), ...(await this.#gpus()) },
    };
  }

  #processor(): Record<string, number> {
    const before = this.#cpu;
    this.#cpu = cpuTimes();
    const total = this.#cpu.total - before.total;
    // Two looks within one tick of the clock say nothing.
    return total <= 0 ? {} : { cpu_utilization_percentage: (100 * (this.#cpu.busy - before.busy)) / total };
  }

  /** Since the first sample. */
  #traffic(): Record<string, number> {
    const now = networkBytes();
    if (now === undefined || this.#network === undefined) return {};
    return {
      network_receive_megabytes: (now.received - this.#network.received) / megabyte,
      network_transmit_megabytes: (now.sent - this.#network.sent) / megabyte,
    };
  }

  async #gpus(): Promise<Record<string, number>> {
    if (!this.#hasGpu) return {};
    try {
      const { stdout } = await promisify(execFile)("nvidia-smi", gpuQuery, { timeout: 5_000, killSignal: "SIGKILL" });
      return gpuValues(stdout);
    } catch {
      // There is no GPU, or its driver does not answer: it is not asked again.
      this.#hasGpu = false;
      return {};
    }
  }
}

const gpuQuery = [
  "--query-gpu=index,utilization.gpu,memory.used,memory.total,power.draw",
  "--format=csv,noheader,nounits",
];

/** Of what `nvidia-smi` prints, a GPU a line: index, %, MiB, MiB, W; a field that it cannot read is not a number. */
export function gpuValues(text: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const line of text.split("\n").filter((part) => part.trim() !== "")) {
    const [index = "", utilization, used = Number.NaN, total = Number.NaN, power] = line.split(",").map(Number);
    const named = {
      utilization_percentage: utilization,
      memory_usage_megabytes: (used * 1_048_576) / megabyte,
      memory_usage_percentage: (100 * used) / total,
      power_usage_watts: power,
    };
    for (const [name, value] of Object.entries(named)) {
      if (value !== undefined && Number.isFinite(value)) setOwn(values, `gpu_${index}_${name}`, value);
    }
  }
  return values;
}

/** ms since the machine's start, over all cores. */
export interface CpuTimes {
  busy: number;
  total: number;
}

export function cpuTimes(): CpuTimes {
  const sum = { busy: 0, total: 0 };
  for (const { times } of cpus()) {
    const total = times.user + times.nice + times.sys + times.idle + times.irq;
    sum.total += total;
    sum.busy += total - times.idle;
  }
  return sum;
}

function memory(): Record<string, number> {
  const used = totalmem() - freemem();
  return {
    system_memory_usage_megabytes: used / megabyte,
    system_memory_usage_percentage: (100 * used) / totalmem(),
    process_memory_usage_megabytes: process.memoryUsage.rss() / megabyte,
  };
}

function disk(): Record<string, number> {
  try {
    const { bsize, blocks, bavail, bfree } = statfsSync(process.cwd());
    const used = blocks - bfree;
    return {
      disk_usage_megabytes: (used * bsize) / megabyte,
      disk_available_megabytes: (bavail * bsize) / megabyte,
      disk_usage_percentage: (100 * used) / (used + bavail),
    };
  } catch {
    return {};
  }
}

/** Of all interfaces but the loopback; undefined where the system does not tell. @see proc(5), /proc/net/dev */
function networkBytes(): { received: number; sent: number } | undefined {
  try {
    const sum = { received: 0, sent: 0 };
    for (const line of readFileSync("/proc/net/dev", "latin1").split("\n").slice(2)) {
      const [name = "", numbers = ""] = line.split(":");
      if (name.trim() === "lo" || numbers === "") continue;
      const fields = numbers.trim().split(/\s+/).map(Number);
      sum.received += fields[0] ?? 0;
      sum.sent += fields[8] ?? 0;
    }
    return sum;
  } catch {
    return undefined;
  }
}
