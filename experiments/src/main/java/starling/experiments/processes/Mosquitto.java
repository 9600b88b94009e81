package starling.experiments.processes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import starling.models.UnfitException;

/** A Mosquitto broker as a process of its own on a free port of loopback, open to everybody there, with TCP_NODELAY. */
public final class Mosquitto implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    private final Process process;
    private final int port;

    private Mosquitto(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Where the program is, if it is installed: on the path, or where distributions put it. */
    public static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(part -> !part.isEmpty())
                .map(part -> Path.of(part, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts it and waits until it takes connections.
     *
     * @param folder for its configuration and log
     * @throws UnfitException if it is not installed or does not start
     */
    public static Mosquitto start(Path folder) {
        Path program = program()
                .orElseThrow(() -> new UnfitException(
                        "this experiment needs the broker mosquitto: it is neither on the path nor in /usr/sbin"));
        try {
            for (int attempt = 1; ; attempt++) {
                int port = freePort();
                Mosquitto started = new Mosquitto(launch(program, folder, port), port);
                if (started.takesConnections()) {
                    return started;
                }
                started.close();
                // Another program may have taken the port in between.
                if (attempt == ATTEMPTS) {
                    throw new UnfitException("mosquitto does not start: " + Files.readString(folder.resolve("log")));
                }
            }
        } catch (IOException e) {
            throw new UnfitException("mosquitto cannot be started: " + e.getMessage(), e);
        }
    }

    /** Where it listens on loopback. */
    public int port() {
        return port;
    }

    private static Process launch(Path program, Path folder, int port) throws IOException {
        Path configuration = folder.resolve("mosquitto.conf");
        Files.write(
                configuration,
                List.of(
                        "user " + System.getProperty("user.name"),
                        "persistence false",
                        "set_tcp_nodelay true",
                        "log_dest stdout",
                        "listener " + port + " 127.0.0.1",
                        "allow_anonymous true"));
        return Children.start(List.of(program.toString(), "-c", configuration.toString()), folder.resolve("log"));
    }

    private boolean takesConnections() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            } catch (IOException e) {
                LockSupport.parkNanos(10_000_000);
            }
        }
        return false;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
