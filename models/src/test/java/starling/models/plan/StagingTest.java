package starling.models.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

class StagingTest {
    @TempDir
    Path parent;

    /** Begins to write a bundle and then waits to be told to end; run in a process of its own. */
    public static final class SlowWriter {
        private SlowWriter() {}

        public static void main(String[] arguments) {
            Map<String, byte[]> files = Map.of(Bundle.ORIGINAL, new byte[1000]);
            BundleWriter.write(Path.of(arguments[0]), false, files, hashes -> {
                System.out.println("begun");
                try {
                    System.in.read();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                throw new IllegalStateException("must be told to end before");
            });
        }
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> list = Files.list(parent)) {
            return list.toList();
        }
    }

    @Test
    void aProgramToldToEndLeavesNothing() throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowWriter.class.getName(),
                        parent.resolve("bundle").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = writer.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("begun", out.readLine());
            assertEquals(1, left().size(), "the hidden folder");
            writer.destroy();
            assertTrue(writer.waitFor(60, TimeUnit.SECONDS), "it ends");
            assertEquals(List.of(), left());
        } finally {
            writer.destroyForcibly();
        }
    }

    @Test
    void nothingIsWrittenAfterTheEnd() throws IOException {
        Path folder = parent.resolve(".staging");
        try (Staging staging = new Staging(folder)) {
            staging.step(() -> Files.writeString(folder.resolve("a"), "a"));
            staging.end();
            assertFalse(Files.exists(folder));
            assertThrows(UnfitException.class, () -> staging.step(() -> Files.createDirectory(folder)));
        }
        assertEquals(List.of(), left());
    }
}
