package starling.router.trial;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.router.Router;

/** Trials as a user starts them, and kills them. */
class TrialProcessTest {
    private static final String TRIAL = """
            model: fc-300-100
            data: builtin:mnist,limit=400
            test: builtin:mnist,split=test,limit=50
            nodes: 6
            participation: 0.8
            uplink: {code: 'default:gain=32', feedback: 1}
            server: {optimizer: momentum, rate: 0.02}
            rounds: 60
            evaluate: 20
            checkpoint: 4
            """;

    @TempDir
    private Path folder;

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Router.class.getName(),
                "trial"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile())
                .start();
    }

    private int finish(Process process) throws InterruptedException {
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the trial ends");
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private void killAfter(Process process, Path lines, int rounds) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        try {
            while (!Files.exists(lines)
                    || Files.readAllLines(lines, StandardCharsets.UTF_8).size() < rounds) {
                assertTrue(System.nanoTime() < deadline, "the trial comes to round " + rounds);
                assertFalse(process.waitFor(2, TimeUnit.MILLISECONDS), "the trial is still running");
            }
        } finally {
            process.destroyForcibly();
        }
        process.waitFor();
    }

    @Test
    void killedAtThreePointsItEndsAsUnbroken() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("whole.yaml"), TRIAL);
        assertEquals(0, finish(start(file.toString())), () -> read("err.txt"));
        byte[] model = Files.readAllBytes(folder.resolve("whole-trial/model.onnx"));
        assertTrue(read("out.txt").startsWith("{\"rounds\":60,\"accuracy\":0."), read("out.txt"));
        assertTrue(read("err.txt").contains("round 20: accuracy "), read("err.txt"));
        Path broken = folder.resolve("broken");
        Path lines = broken.resolve("rounds.jsonl");
        killAfter(start(file.toString(), "--out", broken.toString()), lines, 3);
        killAfter(start(file.toString(), "--out", broken.toString(), "--resume"), lines, 17);
        killAfter(start(file.toString(), "--out", broken.toString(), "--resume"), lines, 41);
        assertFalse(Files.exists(broken.resolve("model.onnx")));
        assertEquals(0, finish(start(file.toString(), "--out", broken.toString(), "--resume")), () -> read("err.txt"));
        assertArrayEquals(model, Files.readAllBytes(broken.resolve("model.onnx")));
        assertEquals(60, Files.readAllLines(lines, StandardCharsets.UTF_8).size());
    }

    @Test
    void aWrongFileIsOneSentence() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("wrong.yaml"), TRIAL + "sead: 3\n");
        assertEquals(1, finish(start(file.toString())));
        assertTrue(
                read("err.txt").contains("wrong.yaml line 11: there is no field 'sead'; a trial has "),
                read("err.txt"));
        assertEquals(1, read("err.txt").strip().lines().count());
        assertFalse(Files.exists(folder.resolve("wrong-trial")));
        assertEquals(1, finish(start(folder.resolve("none.yaml").toString())));
        assertEquals(2, finish(start(file.toString(), "--resumee")));
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
