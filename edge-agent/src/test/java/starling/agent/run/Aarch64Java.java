package starling.agent.run;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A Java for 64-bit ARM under qemu-aarch64-static, where both are installed. */
final class Aarch64Java {
    private static final String EMULATOR = "qemu-aarch64-static";

    /** The folder that {@code .ci/aarch64-root} made. */
    private static final String ROOT = "STARLING_AARCH64_ROOT";

    private Aarch64Java() {}

    /** The command that starts it; the test is skipped, and says why, where there is none. */
    static List<String> command() {
        String folder = System.getenv(ROOT);
        if (folder == null || folder.isBlank()) {
            return abort(ROOT + " names no folder with a Java for 64-bit ARM: .ci/aarch64-root makes one");
        }
        Path root = Path.of(folder).toAbsolutePath();
        Path emulator = onPath().orElseGet(() -> abort(EMULATOR + " is not installed"));
        return List.of(
                emulator.toString(),
                "-L",
                root.toString(),
                java(root)
                        .orElseThrow(() ->
                                new AssertionError(ROOT + " must hold usr/lib/jvm/*/bin/java: " + root + " does not"))
                        .toString());
    }

    private static Optional<Path> onPath() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, EMULATOR))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Optional<Path> java(Path root) {
        Path machines = root.resolve("usr/lib/jvm");
        if (!Files.isDirectory(machines)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.list(machines)) {
            return found.map(machine -> machine.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
