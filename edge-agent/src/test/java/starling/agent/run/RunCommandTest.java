package starling.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.agent.EdgeAgent;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

/** What the command line refuses, with which exit code and sentence. Nothing here connects to anything. */
class RunCommandTest {
    private static Path bundle = Path.of("");

    @TempDir
    Path folder;

    private record Outcome(int code, String out, String err) {}

    @BeforeAll
    static void write(@TempDir Path shared) {
        bundle = TinyBundles.write(shared.resolve("bundle"), 2, Kind.ACTIVATIONS, 1)
                .path();
    }

    private static Outcome run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream toOut = new ByteArrayOutputStream();
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
            int code = EdgeAgent.run(arguments);
            return new Outcome(code, toOut.toString(StandardCharsets.UTF_8), toErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** A command line that is right but for what is replaced or added. */
    private static Outcome with(String... more) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("--broker", "mqtt://127.0.0.1:1");
        all.put("--worker", "0");
        all.put("--bundle", bundle.toString());
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        List<String> line = new ArrayList<>(List.of("run"));
        all.forEach((name, value) -> line.add(name + "=" + value));
        return run(line.toArray(String[]::new));
    }

    private static void assertRefused(int code, String fragment, Outcome outcome) {
        assertEquals(code, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(fragment), outcome.err());
        assertEquals("", outcome.out());
    }

    @Test
    void helpAndVersion() {
        Outcome help = run("run", "--help");
        assertEquals(0, help.code());
        for (String option : List.of("--broker", "--worker", "--bundle", "--source", "--deadline", "--policy")) {
            assertTrue(help.out().contains(option), option);
        }
        assertEquals(0, run("--version").code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        run | --broker=URI
        run --broker mqtt://h:1 --worker 0 | --bundle=DIR
        run --broker http://h:1 --worker 0 --bundle b | must be mqtt://host:port or mqtts://host:port
        run --broker mqtt://h:1 --worker x --bundle b | 'x'
        run --broker mqtt://h:1 --worker 0 --bundle b --profile f | --profile
        run --broker mqtt://h:1 --worker 0 --bundle b --policy never | never
        run --broker mqtt://h:1 --worker 0 --bundle b --deadline 0 | --deadline must be 1 to 2147483647 ms: it is 0
        run --broker mqtt://h:1 --worker 0 --bundle b --deadline -5 | it is -5
        run --broker mqtt://h:1 --worker 0 --bundle b --threads 0 | --threads must be at least 1: it is 0
        run --broker mqtt://h:1 --worker 0 --bundle b --max-in-flight 0 | --max-in-flight must be at least 1: it is 0
        run --broker mqtt://h:1 --worker 0 --bundle b --fleet a/b | a fleet name must consist of
        run --broker mqtt://h:1 --worker 0 --bundle b --element-type int8 | int8
        """)
    void wrongOptionsAreNamed(String line, String fragment) {
        assertRefused(2, fragment, run(line.split(" ")));
    }

    @Test
    void nothingAtAllIsAWrongCommand() {
        assertRefused(2, "edge-agent", run());
    }

    @Test
    void unfitInputEndsWithASentence() throws IOException {
        assertRefused(1, "does not exist", with("--bundle", folder.toString()));
        assertRefused(1, "the plan's workers are 0 .. 1: there is no worker 2", with("--worker", "2"));
        assertRefused(1, "there is no worker -1", with("--worker", "-1"));
        assertRefused(1, "a local source must be a readable file", with("--source", "nowhere.csv"));
        Path open = Files.writeString(folder.resolve("open"), "user=worker-0\npassword=hunter2\n");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        Outcome leaky = with("--credentials", open.toString());
        assertRefused(1, "must be for its owner only (mode 0600)", leaky);
        assertTrue(!leaky.err().contains("hunter2"), leaky.err());
        assertRefused(1, "certificates need an address with mqtts://", with("--tls", pem().toString()));
    }

    private Path pem() throws IOException {
        return Files.writeString(folder.resolve("tls"), "authority=ca.pem\n");
    }

    @Test
    void aChangedSubModelIsRefused() throws IOException {
        Path copy = TinyBundles.write(folder.resolve("changed"), 2, Kind.ACTIVATIONS, 1)
                .path();
        Path model = copy.resolve("worker-0/stage-1.onnx");
        byte[] content = Files.readAllBytes(model);
        content[content.length / 2] ^= 1;
        Files.write(model, content);
        assertRefused(1, "'worker-0/stage-1.onnx' was changed", with("--bundle", copy.toString()));
    }
}
