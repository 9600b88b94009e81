package starling.models.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import starling.models.command.Program;

/** Memory that does not suffice: in the middle of a bundle, and as a program says it. */
class OutOfMemoryTest {
    @TempDir
    private Path folder;

    @Test
    void nothingOfABundleIsLeft() throws IOException {
        assertThrows(
                OutOfMemoryError.class,
                () -> BundleWriter.write(
                        folder.resolve("bundle"),
                        false,
                        (BundleWriter.Contents) reader -> {
                            reader.accept("a", out -> out.write(new byte[10]));
                            reader.accept("b", out -> {
                                out.write(new byte[10]);
                                throw new OutOfMemoryError("Java heap space");
                            });
                        },
                        hashes -> {
                            throw new AssertionError("not all files were written");
                        }));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Command(name = "greedy")
    static final class Greedy implements Runnable {
        @Override
        public void run() {
            throw new OutOfMemoryError("Java heap space");
        }
    }

    @Test
    void theProgramSaysHowMuchThereIs() {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(Program.FAILED, Program.run(new Greedy(), List.of()));
        } finally {
            System.setErr(before);
        }
        String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.startsWith("greedy: "), text);
        assertTrue(text.contains(" " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB"), text);
        assertTrue(text.contains("-Xmx"), text);
    }
}
