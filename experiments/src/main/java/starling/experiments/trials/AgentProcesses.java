package starling.experiments.trials;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import starling.agent.EdgeAgent;
import starling.models.UnfitException;

/** Agents of trials, each a process of its own with {@value #HEAP}. */
final class AgentProcesses implements AutoCloseable {
    private static final String HEAP = "-Xmx400m";
    private static final long FAREWELL_SECONDS = 20;

    private final Path folder;
    private final int port;
    private final Map<Integer, Process> processes = new HashMap<>();

    /**
     * None yet.
     *
     * @param folder for what they say
     * @param port of the broker on loopback
     */
    AgentProcesses(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Starts the agent of a node. */
    void start(int node) {
        try {
            processes.put(
                    node,
                    new ProcessBuilder(List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    HEAP,
                                    "-XX:+UseSerialGC",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    EdgeAgent.class.getName(),
                                    "learn",
                                    "--broker",
                                    "mqtt://127.0.0.1:" + port,
                                    "--node",
                                    Integer.toString(node)))
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("agent-" + node).toFile())
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as a power failure would. */
    void kill(int node) {
        Objects.requireNonNull(processes.remove(node), "no such agent").destroyForcibly();
    }

    /**
     * Waits until all that are left have ended by themselves.
     *
     * @throws UnfitException when one does not, or fails
     */
    void awaitEnd() {
        processes.forEach((node, process) -> {
            try {
                if (!process.waitFor(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                    throw new UnfitException(
                            "agent " + node + " must end with its trial: it has not within " + FAREWELL_SECONDS + " s");
                }
                if (process.exitValue() != 0) {
                    throw new UnfitException("agent " + node + " failed: "
                            + Files.readString(folder.resolve("agent-" + node)).strip());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UnfitException("waiting for agents was interrupted", e);
            }
        });
        processes.clear();
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
    }
}
