package starling.experiments.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import starling.agent.EdgeAgent;
import starling.models.UnfitException;

/** Agents, each a process of its own with {@value #HEAP}. */
public final class AgentProcesses implements AutoCloseable {
    private static final String HEAP = "-Xmx400m";
    private static final long FAREWELL_SECONDS = 20;

    private final Path folder;
    private final int port;
    private final Map<Integer, Process> processes = new ConcurrentHashMap<>();

    /**
     * None yet.
     *
     * @param folder for what they say
     * @param port of the broker on loopback
     */
    public AgentProcesses(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /**
     * Starts the agent of a node.
     *
     * @param command of the agent's program
     * @param more of its options
     */
    public void start(String command, int node, String... more) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                EdgeAgent.class.getName(),
                command,
                "--broker",
                "mqtt://127.0.0.1:" + port,
                "--node",
                Integer.toString(node)));
        line.addAll(Arrays.asList(more));
        try {
            processes.put(node, Children.start(line, folder.resolve("agent-" + node)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as a power failure would. */
    public void kill(int node) {
        Objects.requireNonNull(processes.remove(node), "no such agent").destroyForcibly();
    }

    /**
     * Waits until all that are left have ended by themselves.
     *
     * @throws UnfitException when one does not, or fails
     */
    public void awaitEnd() {
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
