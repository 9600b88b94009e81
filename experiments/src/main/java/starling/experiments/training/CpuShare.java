package starling.experiments.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a process to a share of one core: a control group of its own whose quota the kernel deals out every 10 ms. Linux only, and only
 * where control groups may be made, as root may. Close it when the process has ended.
 */
final class CpuShare implements AutoCloseable {
    private static final int PERIOD_MICROS = 10_000;
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int ATTEMPTS = 100;

    private final Path group;

    private CpuShare(Path group) {
        this.group = group;
    }

    /**
     * Limits a process with all its threads.
     *
     * @param share of one core, in (0, 1]
     * @return nothing where that cannot be done here
     */
    static Optional<CpuShare> of(ProcessHandle process, double share) {
        long quota = Math.round(PERIOD_MICROS * share);
        boolean second = Files.exists(ROOT.resolve("cgroup.controllers"));
        Path group = (second ? ROOT : ROOT.resolve("cpu")).resolve("starling-" + process.pid());
        try {
            Files.createDirectory(group);
        } catch (IOException e) {
            return Optional.empty();
        }
        CpuShare made = new CpuShare(group);
        try {
            if (second) {
                made.write("cpu.max", quota + " " + PERIOD_MICROS);
            } else {
                made.write("cpu.cfs_period_us", String.valueOf(PERIOD_MICROS));
                made.write("cpu.cfs_quota_us", String.valueOf(quota));
            }
            made.write("cgroup.procs", String.valueOf(process.pid()));
            return Optional.of(made);
        } catch (IOException e) {
            made.close();
            return Optional.empty();
        }
    }

    /** Only what is there already: a group without this control cannot limit. */
    private void write(String control, String value) throws IOException {
        Path file = group.resolve(control);
        if (!Files.exists(file)) {
            throw new IOException("there is no " + file);
        }
        Files.writeString(file, value);
    }

    /** Removes the group. The kernel keeps it for a moment after its last process has ended. */
    @Override
    public void close() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Files.deleteIfExists(group);
                return;
            } catch (IOException e) {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }
}
