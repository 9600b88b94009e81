package starling.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import starling.models.UnfitException;

/**
 * The programs a run starts, each with a log of its own, all of them stopped when the run ends: normally, by an error, by
 * Ctrl-C or by a termination signal. Programs are asked to stop, last started first, and killed when they do not within
 * three seconds.
 */
final class Processes implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 3;

    private record Started(String name, Process process, Path log) {}

    private final Path logs;
    private final List<Started> started = new ArrayList<>();
    private final Thread hook = new Thread(this::stopAll, "stop-fleet");

    Processes(Path logs) {
        this.logs = logs;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts a program that goes on in the background; both its streams go to its log. */
    synchronized void start(String name, List<String> command) {
        Path log = logs.resolve(name + ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
            started.add(new Started(name, process, log));
        } catch (IOException e) {
            throw new UnfitException(name + " cannot be started: " + e.getMessage(), e);
        }
    }

    /**
     * Runs a program to its end.
     *
     * @return what it printed to stdout; stderr goes to its log
     * @throws UnfitException when it fails or takes longer than {@code seconds}, with its last words
     */
    String run(String name, List<String> command, long seconds) {
        return run(name, command, seconds, "");
    }

    /** The same for a program that reads {@code input} on stdin. */
    String run(String name, List<String> command, long seconds, String input) {
        Path log = logs.resolve(name + ".log");
        Path out = logs.resolve(name + ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(log.toFile())
                    .redirectOutput(out.toFile())
                    .start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            synchronized (this) {
                started.add(new Started(name, process, log));
            }
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new UnfitException(
                        name + " must end within " + seconds + " s: it was stopped; " + lastWords(log));
            }
            if (process.exitValue() != 0) {
                throw new UnfitException(
                        name + " failed with exit code " + process.exitValue() + ": " + lastWords(log));
            }
            return Files.readString(out, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UnfitException(name + " cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException(name + " was interrupted", e);
        }
    }

    /** Fails when a program that should go on has ended. */
    synchronized void requireAlive() {
        for (Started one : started) {
            if (!one.process().isAlive() && one.process().exitValue() != 0) {
                throw new UnfitException(one.name() + " ended with exit code "
                        + one.process().exitValue() + ": " + lastWords(one.log()));
            }
        }
    }

    /** The last line of a log. */
    static String lastWords(Path log) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return lines.isEmpty() ? "it printed nothing" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "its log " + log + " cannot be read";
        }
    }

    private synchronized void stopAll() {
        for (int i = started.size() - 1; i >= 0; i--) {
            started.get(i).process().destroy();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (Started one : started) {
            try {
                if (!one.process().waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    one.process().destroyForcibly();
                }
            } catch (InterruptedException e) {
                one.process().destroyForcibly();
            }
        }
        started.clear();
    }

    @Override
    public void close() {
        stopAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending and runs the hook itself.
        }
    }
}
