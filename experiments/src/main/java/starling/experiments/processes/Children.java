package starling.experiments.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Processes that end with this one at the latest, so that an experiment that is stopped leaves none. Thread-safe. */
final class Children {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "children-farewell"));
    }

    private Children() {}

    /**
     * Starts one.
     *
     * @param log takes all that it says
     */
    static Process start(List<String> command, Path log) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        RUNNING.add(process);
        var unused = process.onExit().thenAccept(RUNNING::remove);
        return process;
    }
}
