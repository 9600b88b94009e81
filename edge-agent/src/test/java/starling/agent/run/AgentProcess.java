package starling.agent.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import starling.link.contract.Await;

/** The runnable jar as a process of its own, ended through its own handle. */
final class AgentProcess implements AutoCloseable {
    private static final String NATIVE_JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Process process;
    private final Path log;

    private AgentProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** The jar under test. */
    static Path jar() {
        return Path.of(System.getProperty("starling.agent.jar", "target/edge-agent.jar"));
    }

    /** Starts {@code java -jar edge-agent.jar} with these arguments; what it says goes to a file in the folder. */
    static AgentProcess start(Path folder, String... arguments) {
        return launch(folder, List.of(NATIVE_JAVA), arguments);
    }

    /** Starts a worker whose Java says that the processor is another one. */
    static AgentProcess on(String processor, Path folder, int worker, Path bundle) {
        return launch(
                folder,
                List.of(NATIVE_JAVA, "-Dos.arch=" + processor),
                "run",
                "--broker=mqtt://127.0.0.1:1",
                "--worker=" + worker,
                "--bundle=" + bundle);
    }

    private static AgentProcess launch(Path folder, List<String> java, String... arguments) {
        List<String> line = new ArrayList<>(java);
        line.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar().toString()));
        line.addAll(List.of(arguments));
        try {
            Path log = Files.createTempFile(folder, "agent", ".log");
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new AgentProcess(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a worker of the test fleet. */
    static AgentProcess worker(Path folder, int worker, int port, Path bundle, String... more) {
        return worker(List.of(NATIVE_JAVA), folder, worker, port, bundle, more);
    }

    /** The same with another Java: the command that starts it, an emulator's first where it needs one. */
    static AgentProcess worker(List<String> java, Path folder, int worker, int port, Path bundle, String... more) {
        try {
            Path credentials = folder.resolve("worker-" + worker + ".credentials");
            Files.writeString(credentials, "user=worker-" + worker + "\npassword=" + TestFleet.PASSWORD + "\n");
            Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
            List<String> line = new ArrayList<>(List.of(
                    "run",
                    "--fleet=" + TestFleet.FLEET,
                    "--broker=mqtt://127.0.0.1:" + port,
                    "--worker=" + worker,
                    "--bundle=" + bundle,
                    "--credentials=" + credentials,
                    "--deadline=10000"));
            line.addAll(List.of(more));
            return launch(folder, java, line.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has said so far. */
    String said() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has said something. */
    void awaitSaid(String text) {
        if (!Await.perhaps(Await.LONGEST, () -> said().contains(text))) {
            throw new AssertionError("it does not say '" + text + "' but:\n" + said());
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end; returns the exit code. */
    int awaitEnd() {
        try {
            if (!process.waitFor(Await.LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end; it said:\n" + said());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes to its standard input. */
    void write(String text) {
        try {
            OutputStream in = process.getOutputStream();
            in.write(text.getBytes(StandardCharsets.US_ASCII));
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM. */
    void stop() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() {
        kill();
    }
}
