package starling.link.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.topic.Rights;

/**
 * A Mosquitto broker as a process of its own, on a free port of loopback, with the settings a fleet needs. Where Mosquitto is not installed
 * tests are skipped and say so. It is ended through its own process handle.
 *
 * <p>Use as {@code @RegisterExtension static final NativeMosquitto BROKER = new NativeMosquitto()...}, or call {@link #start} and
 * {@link #close}.
 */
public final class NativeMosquitto implements BeforeAllCallback, AfterAllCallback, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NativeMosquitto.class);
    private static final int START_ATTEMPTS = 5;

    private final MosquittoSettings settings = new MosquittoSettings();
    /** Started by root it would give up root's rights, and then not see its own files. */
    public NativeMosquitto() {
        settings.addLines("user " + System.getProperty("user.name"));
        // Tests that are interrupted do not get as far as close.
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "mosquitto-stop"));
    }

    private @Nullable Path folder;
    private volatile @Nullable Process process;
    private int port;

    /** A user with a password and rights; without any user everybody may do everything. */
    public NativeMosquitto withUser(String name, String password, Rights allowed) {
        settings.addUser(name, password, allowed);
        return this;
    }

    /** More lines for the configuration file. */
    public NativeMosquitto withLines(String... more) {
        settings.addLines(more);
        return this;
    }

    /** Where the program is, if it is installed: on the path, or where Debian puts it. */
    public static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(part -> !part.isEmpty())
                .map(part -> Path.of(part, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    /** Where it listens; the same after a restart. */
    public int port() {
        return port;
    }

    /** Where it listens, as an option has it. */
    public String uri() {
        return "mqtt://127.0.0.1:" + port;
    }

    /** One that has been started, where nobody registers it. */
    public static NativeMosquitto started() {
        NativeMosquitto broker = new NativeMosquitto();
        broker.start();
        return broker;
    }

    /** Starts it and waits until it takes connections; skips the test where it is not installed. */
    public void start() {
        Optional<Path> program = program();
        if (program.isEmpty()) {
            LOG.warn("tests with a Mosquitto process are skipped: mosquitto is not installed");
        }
        Assumptions.assumeTrue(program.isPresent(), "skipped: mosquitto is not installed");
        try {
            if (folder == null) {
                folder = Files.createTempDirectory("starling-mosquitto");
            }
            for (int attempt = 1; ; attempt++) {
                if (port == 0) {
                    port = freePort();
                }
                Process started = launch(program.orElseThrow(), folder);
                process = started;
                if (takesConnections(started)) {
                    return;
                }
                stop();
                String log = Files.readString(folder.resolve("log"));
                if (attempt == START_ATTEMPTS || !log.contains("in use")) {
                    throw new IllegalStateException("mosquitto does not start:\n" + log);
                }
                port = 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as a power cut would. */
    public void stop() {
        Process running = process;
        process = null;
        if (running == null) {
            return;
        }
        running.destroyForcibly();
        try {
            if (!running.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("mosquitto does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            folder = null;
        }
    }

    private Process launch(Path program, Path home) throws IOException {
        Path configuration = settings.write(home, home, "127.0.0.1", port);
        return new ProcessBuilder(program.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start();
    }

    private boolean takesConnections(Process started) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (started.isAlive() && System.nanoTime() - deadline < 0) {
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
}
